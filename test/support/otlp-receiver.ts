import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Value = string | number | boolean | Value[];

interface OtlpValue {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
  readonly arrayValue?: { readonly values: readonly OtlpValue[] };
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly OtlpAttribute[];
  readonly events?: readonly unknown[];
  readonly status: { readonly code: number; readonly message?: string };
}

interface OtlpMetric {
  readonly name: string;
  readonly unit: string;
  readonly histogram?: {
    readonly dataPoints: readonly {
      readonly attributes: readonly OtlpAttribute[];
      readonly count: number | string;
      readonly sum: number;
      readonly explicitBounds: readonly number[];
    }[];
  };
}

interface OtlpBody {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly OtlpMetric[] }[];
  }[];
}

export type Attributes = Readonly<Record<string, Value | undefined>>;

export interface ReceivedSpan extends Omit<OtlpSpan, 'attributes'> {
  readonly attributes: Attributes;
  readonly service: Value | undefined;
}

/** One series of a histogram. */
export interface ReceivedSeries {
  readonly name: string;
  readonly unit: string;
  readonly labels: Attributes;
  readonly count: number;
  readonly sum: number;
  readonly bounds: readonly number[];
}

/** An OpenTelemetry collector's door for OTLP over HTTP, in its JSON encoding. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  /** Of the last export. */
  series: readonly ReceivedSeries[] = [];
  /** Every body as it came. */
  readonly bodies: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  private status = 200;
  private silent = false;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<OtlpReceiver> {
    const server = createServer();
    const receiver = new OtlpReceiver(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void receiver.take(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on every export is answered with this status; nothing of a refused one is kept. */
  answerWith(status: number): void {
    this.status = status;
  }

  /** From now on no export is answered at all. */
  stall(): void {
    this.silent = true;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (this.silent) return;
    const body = Buffer.concat(chunks).toString();
    if (this.status < 300) this.read(String(request.url), body);
    this.authorizations.push(request.headers.authorization);
    response.writeHead(this.status, { 'content-type': 'application/json' }).end('{}');
  }

  private read(path: string, body: string): void {
    this.bodies.push(body);
    const json = JSON.parse(body) as OtlpBody;
    if (path === '/v1/traces') {
      for (const { resource, scopeSpans } of json.resourceSpans ?? []) {
        const service = recordOf(resource.attributes)['service.name'];
        for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
          this.spans.push({ ...span, attributes: recordOf(span.attributes), service });
        }
      }
    } else if (path === '/v1/metrics') {
      const metrics = (json.resourceMetrics ?? []).flatMap(({ scopeMetrics }) =>
        scopeMetrics.flatMap((scope) => scope.metrics),
      );
      this.series = metrics.flatMap(({ name, unit, histogram }) =>
        (histogram?.dataPoints ?? []).map(({ attributes, count, sum, explicitBounds }) => ({
          name,
          unit,
          labels: recordOf(attributes),
          count: Number(count),
          sum,
          bounds: explicitBounds,
        })),
      );
    }
  }
}

function recordOf(attributes: readonly OtlpAttribute[]): Attributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));
}

function valueOf({ stringValue, intValue, doubleValue, boolValue, arrayValue }: OtlpValue): Value {
  if (arrayValue !== undefined) return arrayValue.values.map(valueOf);
  return stringValue ?? (intValue === undefined ? (doubleValue ?? boolValue ?? '') : Number(intValue));
}
