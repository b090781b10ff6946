import {
  type Attributes,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { DomainError } from '#libs/kernel';
import type { CallHistograms } from './call.histograms.js';
import type { AttemptEnd, AttemptFacts, AttemptTrace, ModelCallTrace, SettledCall } from './model-call.js';
import { attributesOf, errorTypeOf, serverOf } from './semantics.js';

export interface CallSpansParts {
  readonly tracer: Tracer;
  readonly histograms: CallHistograms;
  /** Slugs of the providers that are told of the trace. */
  readonly told: ReadonlySet<string>;
}

/** The span of a call and, below it, one for each attempt at a provider. */
export class CallSpans implements ModelCallTrace {
  private readonly span: Span;
  private readonly inside: Context;
  private attempts = 0;
  private failed = false;

  constructor(
    private readonly parts: CallSpansParts,
    private readonly operation: string,
    parent: Context,
  ) {
    // Named by the operation alone until it is known that there is such a model: callers invent names.
    this.span = parts.tracer.startSpan(
      operation,
      { kind: SpanKind.CLIENT, attributes: { 'gen_ai.operation.name': operation } },
      parent,
    );
    this.inside = trace.setSpan(parent, this.span);
  }

  attempt({ provider, model, path }: AttemptFacts): AttemptTrace {
    const { base, attributes } = serverOf(provider);
    const span = this.parts.tracer.startSpan(
      `POST ${path}`,
      {
        kind: SpanKind.CLIENT,
        attributes: {
          ...attributes,
          'gen_ai.request.model': model,
          'http.request.method': 'POST',
          'http.request.resend_count': this.attempts === 0 ? undefined : this.attempts,
          'url.full': `${base}${path}`,
          'url.template': path,
          'sluice.provider': provider.slug,
        },
      },
      this.inside,
    );
    this.attempts += 1;
    return {
      headers: this.parts.told.has(provider.slug) ? { traceparent: traceparentOf(span) } : {},
      end: (end) => endAttempt(span, end),
    };
  }

  settled(call: SettledCall): void {
    const { attributes } = serverOf(call.provider);
    const errorType = errorTypeOf(call);
    this.span.updateName(`${this.operation} ${call.model}`);
    this.span.setAttributes({ ...attributes, ...attributesOf(call) });
    if (errorType !== undefined) this.fail(errorType);
    const labels: Attributes = {
      ...attributes,
      'gen_ai.operation.name': this.operation,
      'gen_ai.request.model': call.model,
    };
    this.parts.histograms.record(call, labels, errorType);
  }

  end(error?: unknown): void {
    if (error !== undefined && !this.failed) this.fail(error instanceof DomainError ? error.code : '_OTHER');
    this.span.end();
  }

  private fail(errorType: string): void {
    this.failed = true;
    noteError(this.span, errorType);
  }
}

function endAttempt(span: Span, { status, failure }: AttemptEnd): void {
  if (status !== undefined) span.setAttribute('http.response.status_code', status);
  const errorType = failure ?? (status !== undefined && status >= 400 ? String(status) : undefined);
  if (errorType !== undefined) noteError(span, errorType);
  span.end();
}

/** The type alone: what a provider or an exception says may quote what was asked. */
function noteError(span: Span, errorType: string): void {
  span.setAttribute('error.type', errorType).setStatus({ code: SpanStatusCode.ERROR });
}

function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
