import { Injectable } from '@nestjs/common';
import { picoToUsd } from '#libs/kernel';
import { Metrics } from '#libs/observability';
import type { UsageEvent } from '../usage/usage.meter.js';
import type { MeteredCall } from './metered-call.js';

const FIRST_BYTE_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const TOKENS_PER_SECOND = [1, 5, 10, 25, 50, 75, 100, 150, 250, 500, 1_000];

/** Measures how soon and how fast providers answer, and tells a call's trace what its row says. */
@Injectable()
export class CallMetrics {
  private readonly firstByte;
  private readonly speed;

  constructor(metrics: Metrics) {
    this.firstByte = metrics.histogram(
      'gateway_time_to_first_token_seconds',
      'From the call to the first byte of a streamed answer.',
      ['operation'],
      FIRST_BYTE_SECONDS,
    );
    this.speed = metrics.histogram(
      'gateway_output_tokens_per_second',
      'Tokens of a streamed answer a second, from its first byte to its end.',
      ['operation'],
      TOKENS_PER_SECOND,
    );
  }

  /** A call that left no row has done nothing. */
  note(call: MeteredCall): void {
    const { row } = call;
    if (!row) return;
    this.measure(row);
    if (call.trace) trace(call, row);
  }

  /** Streams alone: any other answer begins when it is complete. */
  private measure({ streamed, status, operation, firstByteMs, latencyMs, outputTokens }: UsageEvent): void {
    if (!streamed || status !== 'completed' || firstByteMs === undefined) return;
    this.firstByte.observe({ operation }, firstByteMs / 1_000);
    const seconds = (latencyMs - firstByteMs) / 1_000;
    if (seconds > 0 && outputTokens > 0) this.speed.observe({ operation }, outputTokens / seconds);
  }
}

function trace(call: MeteredCall, row: UsageEvent): void {
  const { requestId, target, answeredBy } = call.names;
  const { modelId: model, status, httpStatus, streamed, latencyMs, firstByteMs, tokensSource } = row;
  call.trace?.settled({
    requestId,
    model,
    provider: target,
    answeredBy,
    status,
    httpStatus,
    streamed,
    latencyMs,
    firstByteMs,
    cost: picoToUsd(row.cost),
    tokens:
      tokensSource === 'none'
        ? undefined
        : {
            input: row.inputTokens,
            cachedInput: row.cachedInputTokens,
            cacheWrite: row.cacheWriteTokens ?? 0,
            output: row.outputTokens,
            reasoning: row.reasoningTokens ?? 0,
          },
  });
}
