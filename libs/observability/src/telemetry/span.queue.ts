import { type Context, TraceFlags } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type Span,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';

/** Why spans did not arrive: there was no room for them, or the collector did not take them. */
export type DropReason = 'queue_full' | 'not_delivered';

export interface SpanQueueOptions {
  /** Spans that wait at most; what comes beyond is dropped. */
  readonly capacity: number;
  /** The longest that a span waits for others to be sent with. */
  readonly delayMs: number;
  readonly timeoutMs: number;
  readonly onDropped: (reason: DropReason, spans: number) => void;
}

const BATCH = 512;

/** Sends ended spans in batches, off the path of the calls, and counts those that are lost on the way. */
export class SpanQueue implements SpanProcessor {
  private readonly batches: BatchSpanProcessor;
  private waiting = 0;

  constructor(
    exporter: SpanExporter,
    private readonly options: SpanQueueOptions,
  ) {
    const { capacity, delayMs, timeoutMs, onDropped } = options;
    const counting: SpanExporter = {
      export: (spans: ReadableSpan[], done: (result: ExportResult) => void) => {
        this.waiting -= spans.length;
        exporter.export(spans, (result) => {
          if (result.code !== ExportResultCode.SUCCESS) onDropped('not_delivered', spans.length);
          done(result);
        });
      },
      shutdown: () => exporter.shutdown(),
    };
    this.batches = new BatchSpanProcessor({
      exporter: counting,
      maxQueueSize: capacity,
      maxExportBatchSize: Math.min(BATCH, capacity),
      scheduledDelayMillis: delayMs,
      exportTimeoutMillis: timeoutMs,
    });
  }

  onStart(span: Span, parent: Context): void {
    this.batches.onStart(span, parent);
  }

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.waiting >= this.options.capacity) {
      this.options.onDropped('queue_full', 1);
      return;
    }
    this.waiting += 1;
    this.batches.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.batches.shutdown();
  }
}
