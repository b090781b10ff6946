import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A request as it arrived. The two times are filled in while it is answered. */
export interface ReceivedRequest {
  method: string;
  /** Path without query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** The body as JSON, `undefined` where it is none. */
  json: unknown;
  /** Unix milliseconds. */
  receivedAt: number;
  /** The client went away before the answer was complete. */
  aborted: boolean;
  /** Unix milliseconds at which the answer was complete or the client was gone. */
  closedAt: number | undefined;
}

/** An answer, with its pace and its faults. */
export interface WireReply {
  /** Default 200. */
  status?: number;
  headers?: Record<string, string>;
  /** Each item is one write. */
  body?: string | Buffer | readonly (string | Buffer)[];
  /** Before the head is sent. */
  delayMs?: number;
  /** Between two writes. */
  chunkDelayMs?: number;
  /** After so many writes, wait for the promise before the next. */
  pause?: { afterChunks: number; until: Promise<void> };
  /** Reset the connection (RST) after so many bytes of the body; 0 resets before the head. */
  resetAtByte?: number;
  /** Take the request and never answer. */
  hang?: boolean;
}

export type Answer = (request: ReceivedRequest) => WireReply | Promise<WireReply>;

/** A real HTTP server on loopback that answers as a function says, keeps time, and can fail in every way a provider can. */
export class WireServer {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** @param port 0 takes a free one */
  static async start(answer: Answer, port = 0): Promise<WireServer> {
    const server = createServer((request, response) => void serve(request, response, answer));
    // Longer than any client's keep-alive, so that the client decides when an idle connection ends.
    server.keepAliveTimeout = 65_000;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    const address = server.address() as AddressInfo;
    return new WireServer(server, `http://127.0.0.1:${address.port}`);
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }
}

async function serve(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  const gone = new AbortController();
  let received: ReceivedRequest | undefined;
  response.once('close', () => {
    if (received !== undefined) {
      received.aborted = !response.writableFinished;
      received.closedAt = Date.now();
    }
    gone.abort();
  });
  try {
    received = await receive(request);
    await send(response, await answer(received), gone.signal);
  } catch (error) {
    // A client that went away ends the waiting; everything else is a fault of the script and must be seen.
    if (!gone.signal.aborted) {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const url = new URL(request.url ?? '/', 'http://localhost');
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body,
    json: parse(body),
    receivedAt: Date.now(),
    aborted: false,
    closedAt: undefined,
  };
}

async function send(response: ServerResponse, reply: WireReply, gone: AbortSignal): Promise<void> {
  if (reply.hang === true) {
    return;
  }
  if (reply.delayMs !== undefined) {
    await sleep(reply.delayMs, undefined, { signal: gone });
  }
  if (reply.resetAtByte === 0) {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(reply.status ?? 200, reply.headers);
  response.flushHeaders();
  const chunks = (Array.isArray(reply.body) ? reply.body : [reply.body ?? '']).map(toBuffer);
  let written = 0;
  for (const [index, chunk] of chunks.entries()) {
    await pace(reply, index, gone);
    const left = (reply.resetAtByte ?? Infinity) - written;
    if (chunk.length >= left) {
      await write(response, chunk.subarray(0, left));
      response.socket?.resetAndDestroy();
      return;
    }
    await write(response, chunk);
    written += chunk.length;
  }
  response.end();
}

async function pace(reply: WireReply, index: number, gone: AbortSignal): Promise<void> {
  if (reply.pause?.afterChunks === index) {
    await Promise.race([reply.pause.until, aborted(gone)]);
  }
  if (index > 0 && reply.chunkDelayMs !== undefined) {
    await sleep(reply.chunkDelayMs, undefined, { signal: gone });
  }
  gone.throwIfAborted();
}

/** Resolves when the bytes have left for the kernel, so that a reset after them cannot overtake them here. */
function write(response: ServerResponse, chunk: Buffer): Promise<void> {
  return chunk.length === 0
    ? Promise.resolve()
    : new Promise((resolve, reject) => response.write(chunk, (error) => (error ? reject(error) : resolve())));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function toBuffer(chunk: string | Buffer): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
