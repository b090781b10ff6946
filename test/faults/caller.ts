import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';

/** What is asked of a gateway. */
export interface Ask {
  readonly requestId: string;
  readonly url: string;
  readonly key: string;
  readonly model: string;
  readonly stream: boolean;
  /** What the provider shall do; it reads it in the last message. */
  readonly fault: string;
  readonly maxTokens: number;
  /** Hang up after so many bytes of the answer. */
  readonly leaveAtByte?: number;
  /** Hang up after so many milliseconds. */
  readonly leaveAfterMs?: number;
}

/** What became of it. */
export interface CallRecord extends Ask {
  /** Milliseconds of `performance.now()`. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly end: 'answered' | 'refused' | 'broken' | 'left';
  /** When it hung up, in unix milliseconds. */
  readonly leftAtMs?: number;
  /** Of the head, where one came. */
  readonly status?: number;
  /** Of the error, where one was told. */
  readonly code?: string;
  /** A good answer was received to its last byte. */
  readonly whole: boolean;
}

/** Makes one call on a connection of its own. Never rejects. */
export async function callGateway(ask: Ask): Promise<CallRecord> {
  const startedAtMs = performance.now();
  const { end, status, text, complete, leftAtMs } = await exchange(ask);
  const good = status === 200 && complete && (ask.stream ? text.endsWith('data: [DONE]\n\n') : isWhole(text));
  return {
    ...ask,
    startedAtMs,
    endedAtMs: performance.now(),
    end,
    ...(status === undefined ? {} : { status }),
    ...(leftAtMs === undefined ? {} : { leftAtMs }),
    ...codeOf(status, text),
    whole: end === 'answered' && good,
  };
}

function codeOf(status: number | undefined, text: string): { code?: string } {
  const code = status === undefined || status < 400 ? undefined : /"code":\s?"(\w+)"/.exec(text)?.[1];
  return code === undefined ? {} : { code };
}

function isWhole(text: string): boolean {
  try {
    return Array.isArray((JSON.parse(text) as { choices?: unknown }).choices);
  } catch {
    return false;
  }
}

interface Exchange {
  end: CallRecord['end'];
  status?: number;
  text: string;
  complete: boolean;
  leftAtMs?: number;
}

function exchange(ask: Ask): Promise<Exchange> {
  return new Promise((resolve) => {
    const seen: Exchange = { end: 'broken', text: '', complete: false };
    const request = send(ask);
    const timer = ask.leaveAfterMs === undefined ? undefined : setTimeout(() => leave(request, seen), ask.leaveAfterMs);
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') seen.end = 'refused';
    });
    request.on('close', () => {
      clearTimeout(timer);
      resolve(seen);
    });
    request.on('response', (response) => receive(ask, request, response, seen));
  });
}

function send({ url, key, requestId, model, stream, fault, maxTokens }: Ask): ClientRequest {
  const body = JSON.stringify({
    model,
    stream,
    ...(stream ? { stream_options: { include_usage: true } } : {}),
    max_tokens: maxTokens,
    messages: [{ role: 'user', content: `${requestId} ${fault}` }],
  });
  const request = httpRequest(`${url}/v1/chat/completions`, {
    method: 'POST',
    agent: false,
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-request-id': requestId,
    },
  });
  request.end(body);
  return request;
}

function receive(ask: Ask, request: ClientRequest, response: IncomingMessage, seen: Exchange): void {
  seen.status = response.statusCode ?? 0;
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    seen.text += chunk.toString('latin1');
    if (bytes >= (ask.leaveAtByte ?? Infinity)) leave(request, seen);
  });
  // Without it a connection that breaks within an answer would be an uncaught error.
  response.on('error', () => undefined);
  response.on('end', () => {
    seen.complete = response.complete;
    if (seen.end !== 'left' && response.complete) seen.end = 'answered';
  });
}

function leave(request: ClientRequest, seen: Exchange): void {
  seen.end = 'left';
  seen.leftAtMs ??= Date.now();
  request.destroy();
}
