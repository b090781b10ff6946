import { hostname } from 'node:os';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { Metrics } from '../metrics.js';
import { observabilityConfig } from '../observability.config.js';
import type { CallTracer, IncomingModelCall, ModelCallTrace } from './model-call.js';
import type { DropReason } from './span.queue.js';

const SAY_AGAIN_MS = 60_000;

/** Traces calls of models where a collector is configured; elsewhere it does nothing and loads nothing. */
@Injectable()
export class Telemetry implements OnModuleInit, OnApplicationShutdown {
  private readonly log = new Logger(Telemetry.name);
  private tracer: CallTracer | undefined;
  private saidAtMs = -Infinity;
  private readonly dropped;

  constructor(
    @InjectConfig(observabilityConfig) private readonly config: ConfigOf<typeof observabilityConfig>,
    metrics: Metrics,
  ) {
    this.dropped = metrics.counter(
      'telemetry_spans_dropped_total',
      'Spans that the collector never got: no room was left to keep them, or it did not take them.',
      ['reason'],
    );
    for (const reason of ['queue_full', 'not_delivered'] satisfies DropReason[]) this.dropped.inc({ reason }, 0);
  }

  async onModuleInit(): Promise<void> {
    const { otlpEndpoint: endpoint, otlpHeaders: headers, serviceName, samplePercent, toldProviders } = this.config;
    if (endpoint === undefined) return;
    const { OtlpTracer } = await import('./otlp.tracer.js');
    this.tracer = new OtlpTracer({
      endpoint,
      headers,
      serviceName,
      instanceId: `${hostname()}:${process.pid}`,
      samplePercent,
      toldProviders,
      onDropped: (reason, spans) => this.noteDropped(reason, spans),
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.tracer?.stop();
  }

  /**
   * Does a call's work within a trace of its own.
   *
   * @param work its trace is undefined where none is wanted
   */
  trace<T>(call: IncomingModelCall, work: (trace?: ModelCallTrace) => Promise<T>): Promise<T> {
    const trace = this.tracer?.begin(call);
    return trace ? within(trace, () => work(trace)) : work();
  }

  private noteDropped(reason: DropReason, spans: number): void {
    this.dropped.inc({ reason }, spans);
    const now = performance.now();
    if (now - this.saidAtMs < SAY_AGAIN_MS) return;
    this.saidAtMs = now;
    this.log.warn({ reason, spans }, 'Spans are lost on their way to the collector');
  }
}

async function within<T>(trace: ModelCallTrace, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    trace.end();
    return result;
  } catch (error) {
    trace.end(error);
    throw error;
  }
}
