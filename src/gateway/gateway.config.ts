import { defineConfig, integer } from '#libs/config';

export const gatewayConfig = defineConfig('gateway', 'Gateway', {
  headTimeoutSeconds: integer('UPSTREAM_TIMEOUT_SECONDS', {
    default: 300,
    min: 1,
    max: 3_600,
    description:
      'How long a provider may take until its answer begins. An answer that is not streamed begins when it is complete.',
  }),
  idleTimeoutSeconds: integer('UPSTREAM_IDLE_TIMEOUT_SECONDS', {
    default: 120,
    min: 1,
    max: 3_600,
    description: 'How long a provider may pause within an answer.',
  }),
  answerLimitBytes: integer('UPSTREAM_ANSWER_LIMIT_BYTES', {
    default: 67_108_864,
    min: 65_536,
    max: 1_073_741_824,
    description: 'Largest answer of a provider that is not streamed.',
  }),
});
