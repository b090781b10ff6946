import { Agent, request } from 'undici';
import { guardedConnector, type Resolve } from './guarded.connector.js';
import { UpstreamFailure } from './upstream-failure.js';

export interface GuardedFetchOptions {
  /** Loopback and private ranges may be dialled. Metadata services may not, whatever this says. */
  readonly allowPrivate: boolean;
  /** From the call to the last byte of the answer. */
  readonly timeoutMs: number;
  /** The largest answer that is read. */
  readonly mostBytes: number;
  /** How names become addresses; the system's resolver unless a test brings its own. */
  readonly resolve?: Resolve;
}

export interface FetchRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams | Uint8Array | null | undefined;
  readonly signal?: AbortSignal | undefined;
}

const NO_BODY = new Set([204, 205, 304]);

/**
 * Fetches short documents from servers that others run. It dials no address that may not be dialled, follows no
 * redirect, reads no more than it was told and waits no longer.
 */
export class GuardedFetch {
  private readonly agent: Agent;

  constructor(private readonly options: GuardedFetchOptions) {
    const { allowPrivate, timeoutMs, resolve } = options;
    this.agent = new Agent({
      connect: guardedConnector({ allowPrivate, connectTimeoutMs: timeoutMs, ...(resolve ? { resolve } : {}) }),
      keepAliveTimeout: 5_000,
      connections: 32,
    });
  }

  /**
   * The whole answer, whatever its status.
   *
   * @throws UpstreamFailure
   */
  async fetch(url: string, { method = 'GET', headers = {}, body, signal }: FetchRequest = {}): Promise<Response> {
    const { timeoutMs, mostBytes } = this.options;
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await request(url, {
        dispatcher: this.agent,
        method,
        // What is compressed could grow beyond what was read.
        headers: { 'user-agent': 'sluice', ...headers, 'accept-encoding': 'identity' },
        body: body instanceof URLSearchParams ? body.toString() : (body ?? null),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      const bytes = await readAtMost(answer.body, mostBytes);
      const { statusCode: status } = answer;
      return new Response(NO_BODY.has(status) ? null : bytes, { status, headers: flat(answer.headers) });
    } catch (error) {
      if (timeout.aborted) throw new UpstreamFailure('timeout', 'total_timeout', 'The server did not answer in time');
      throw UpstreamFailure.of(error);
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }
}

async function readAtMost(
  body: AsyncIterable<Buffer> & { destroy(): unknown },
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > most) {
      body.destroy();
      throw new UpstreamFailure('too_large', 'answer_too_large', 'The answer of the server is too large');
    }
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const all = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const item of Array.isArray(value) ? value : [value ?? '']) all.append(name, item);
  }
  return all;
}
