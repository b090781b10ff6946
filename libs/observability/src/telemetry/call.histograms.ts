import type { Attributes, Meter } from '@opentelemetry/api';
import type { SettledCall } from './model-call.js';

/** Bounds as the conventions ask for them. */
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];
const DURATION_SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const FIRST_TOKEN_SECONDS = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** The metrics of the conventions for generative AI. Their labels are names of the catalogue, so there are few. */
export class CallHistograms {
  private readonly tokens;
  private readonly duration;
  private readonly firstToken;

  constructor(meter: Meter) {
    this.tokens = meter.createHistogram('gen_ai.client.token.usage', {
      description: 'Number of input and output tokens used.',
      unit: '{token}',
      advice: { explicitBucketBoundaries: TOKENS },
    });
    this.duration = meter.createHistogram('gen_ai.client.operation.duration', {
      description: 'GenAI operation duration.',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATION_SECONDS },
    });
    this.firstToken = meter.createHistogram('gen_ai.server.time_to_first_token', {
      description: 'Time to generate first token for successful responses.',
      unit: 's',
      advice: { explicitBucketBoundaries: FIRST_TOKEN_SECONDS },
    });
  }

  record(call: SettledCall, labels: Attributes, errorType: string | undefined): void {
    const { tokens, firstByteMs } = call;
    this.duration.record(
      call.latencyMs / 1_000,
      errorType === undefined ? labels : { ...labels, 'error.type': errorType },
    );
    if (tokens) {
      this.tokens.record(tokens.input, { ...labels, 'gen_ai.token.type': 'input' });
      this.tokens.record(tokens.output, { ...labels, 'gen_ai.token.type': 'output' });
    }
    if (call.streamed && errorType === undefined && firstByteMs !== undefined) {
      this.firstToken.record(firstByteMs / 1_000, labels);
    }
  }
}
