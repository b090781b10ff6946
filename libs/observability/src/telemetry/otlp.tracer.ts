import { type Context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { parseKeyPairsIntoRecord, parseTraceParent } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { CallHistograms } from './call.histograms.js';
import { CallSpans, type CallSpansParts } from './call.spans.js';
import type { CallTracer, IncomingModelCall, ModelCallTrace } from './model-call.js';
import { operationName } from './semantics.js';
import { type DropReason, SpanQueue } from './span.queue.js';

export interface OtlpOptions {
  /** `/v1/traces` and `/v1/metrics` are appended to it. */
  readonly endpoint: string;
  /** `name=value,name=value`, values percent-encoded. */
  readonly headers: string | undefined;
  readonly serviceName: string;
  readonly instanceId: string;
  readonly samplePercent: number;
  readonly toldProviders: readonly string[];
  readonly onDropped: (reason: DropReason, spans: number) => void;
}

const SCOPE = 'sluice';
const CAPACITY = 4_096;
const DELAY_MS = 1_000;
const TIMEOUT_MS = 4_000;
const METRICS_EVERY_MS = 30_000;
const STOP_MS = 4_000;
const LONGEST_VALUE = 256;

/**
 * Exports spans and metrics by OTLP over HTTP, as JSON. Nothing is registered globally and no module is patched:
 * what is traced is what says so.
 */
export class OtlpTracer implements CallTracer {
  private readonly traces: TracerProvider;
  private readonly meters: MeterProvider;
  private readonly parts: CallSpansParts;

  constructor(options: OtlpOptions) {
    const { serviceName, instanceId, samplePercent, toldProviders, onDropped } = options;
    const resource = resourceFromAttributes({ 'service.name': serviceName, 'service.instance.id': instanceId });
    const queue = new SpanQueue(new OTLPTraceExporter(exporterOf(options, 'traces')), {
      capacity: CAPACITY,
      delayMs: DELAY_MS,
      timeoutMs: TIMEOUT_MS,
      onDropped,
    });
    this.traces = new TracerProvider({
      resource,
      // A caller that traces decides for its call; for the others chance does.
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(samplePercent / 100) }),
      spanLimits: { attributeValueLengthLimit: LONGEST_VALUE },
      spanProcessors: [queue],
    });
    const reader = new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter(exporterOf(options, 'metrics')),
      exportIntervalMillis: METRICS_EVERY_MS,
      exportTimeoutMillis: TIMEOUT_MS,
    });
    this.meters = new MeterProvider({ resource, readers: [reader] });
    this.parts = {
      tracer: this.traces.getTracer(SCOPE),
      histograms: new CallHistograms(this.meters.getMeter(SCOPE)),
      told: new Set(toldProviders),
    };
  }

  begin({ operation, traceparent }: IncomingModelCall): ModelCallTrace {
    return new CallSpans(this.parts, operationName(operation), contextOf(traceparent));
  }

  /** Sends what is left, as far as the collector takes it soon. */
  async stop(): Promise<void> {
    let late: NodeJS.Timeout | undefined;
    await Promise.race([
      Promise.allSettled([this.traces.shutdown(), this.meters.shutdown()]),
      new Promise<void>((resolve) => {
        late = setTimeout(resolve, STOP_MS);
      }),
    ]);
    clearTimeout(late);
  }
}

/** What cannot be read is not there: the call begins a trace of its own. `tracestate` and baggage are not taken over. */
function contextOf(traceparent: string | undefined): Context {
  const parent = traceparent === undefined ? null : parseTraceParent(traceparent);
  return parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
}

function exporterOf(
  { endpoint, headers }: OtlpOptions,
  signal: 'traces' | 'metrics',
): { url: string; headers: Record<string, string>; timeoutMillis: number } {
  return {
    url: `${endpoint.replace(/\/+$/, '')}/v1/${signal}`,
    headers: parseKeyPairsIntoRecord(headers),
    timeoutMillis: TIMEOUT_MS,
  };
}
