import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { type ReadableSpan, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { SpanQueue } from './span.queue.js';

/** Takes what it is given and answers when it is told to. */
class SlowExporter implements SpanExporter {
  readonly taken: ReadableSpan[] = [];
  private readonly answers: ((result: ExportResult) => void)[] = [];

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.taken.push(...spans);
    this.answers.push(done);
  }

  answer(code: ExportResultCode): void {
    this.answers.splice(0).forEach((done) => done({ code }));
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

describe('the queue of ended spans', () => {
  const lost = { queue_full: 0, not_delivered: 0 };
  let exporter: SlowExporter;
  let queue: SpanQueue;
  let end: (spans: number) => void;
  beforeEach(() => {
    Object.assign(lost, { queue_full: 0, not_delivered: 0 });
    exporter = new SlowExporter();
    queue = new SpanQueue(exporter, {
      capacity: 10,
      delayMs: 1,
      timeoutMs: 5_000,
      onDropped: (reason, spans) => void (lost[reason] += spans),
    });
    const tracer = new TracerProvider({ spanProcessors: [queue] }).getTracer('test');
    end = (spans) => {
      for (let i = 0; i < spans; i += 1) tracer.startSpan('s').end();
    };
  });
  afterEach(async () => {
    const stopped = queue.shutdown().catch(() => undefined);
    exporter.answer(ExportResultCode.SUCCESS);
    await stopped;
  });

  it('keeps no more than it has room for while the collector is slow, and counts the rest', () => {
    end(10);
    expect(exporter.taken).toHaveLength(10);
    end(25);
    expect(lost).toEqual({ queue_full: 15, not_delivered: 0 });
  });

  it('has room again once the waiting ones are on their way', async () => {
    end(20);
    exporter.answer(ExportResultCode.SUCCESS);
    await new Promise((resolve) => setTimeout(resolve, 20));
    end(10);
    expect(lost.queue_full).toBe(0);
  });

  it('counts what the collector did not take', () => {
    end(10);
    exporter.answer(ExportResultCode.FAILED);
    expect(lost).toEqual({ queue_full: 0, not_delivered: 10 });
  });
});
