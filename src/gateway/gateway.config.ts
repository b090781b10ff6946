import { defineConfig, integer, list } from '#libs/config';

/** What keeps something at the provider, or is about the account there: it would be everybody's who has a key here. */
const NEVER_FORWARDED =
  /^(?:assistants|batches|containers|conversations|evals|files|fine_tuning|fine-tuning|models|organization|realtime|skills|threads|uploads|vector_stores|videos)(?:\/|$)/;

export const gatewayConfig = defineConfig(
  'gateway',
  'Gateway',
  {
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
    writeStallSeconds: integer('GATEWAY_WRITE_STALL_SECONDS', {
      default: 60,
      min: 1,
      max: 3_600,
      description: 'How long a caller may leave an answer unread before it is broken off.',
    }),
    inFlightBytes: integer('GATEWAY_INFLIGHT_BYTES', {
      default: 536_870_912,
      min: 1_048_576,
      max: 68_719_476_736,
      description:
        'Memory that the bodies of all calls under way may take in one process, estimated; a quarter of it at most for one API key.',
    }),
    openCallsPerKey: integer('GATEWAY_OPEN_CALLS_PER_KEY', {
      default: 256,
      min: 1,
      max: 100_000,
      description: 'Calls of one API key that may be under way at once in one process.',
    }),
    toolCalls: integer('GATEWAY_DEFAULT_TOOL_CALLS', {
      default: 3,
      min: 0,
      max: 100,
      description:
        'How often the provider may search and the like within a response whose request has no `max_tool_calls`; it is sent on with this one. Each time is held for like a whole context more. 0: such a request is refused.',
    }),
    forwardedPaths: list('GATEWAY_FORWARDED_PATHS', {
      default: [
        'chat/classifications',
        'classifications',
        'classify',
        'fim/completions',
        'images/edits',
        'ocr',
        'pooling',
        'score',
      ],
      description:
        "Further addresses below `/v1/` that are passed on to the model's provider as they are: POST, with a body that names a model. Nothing else is.",
    }),
  },
  ({ forwardedPaths }) =>
    forwardedPaths
      .filter((path) => !/^[a-z0-9_-]+(?:\/[a-z0-9_-]+)*$/.test(path) || NEVER_FORWARDED.test(path))
      .map(() => ({
        variable: 'GATEWAY_FORWARDED_PATHS',
        rule: 'must hold plain paths without a leading slash, and none of files, batches and the like, which keep state at the provider',
      })),
);
