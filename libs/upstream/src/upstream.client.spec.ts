import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { UpstreamClient } from './upstream.client.js';
import type { UpstreamClientOptions, UpstreamRequest } from './upstream.client.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (listener: RequestListener) => {
  const server = createServer(listener);
  closing.push(() => Promise.resolve(server.closeAllConnections()));
  return listen(server);
};

function client(options?: UpstreamClientOptions): UpstreamClient {
  const made = new UpstreamClient(options);
  closing.push(() => made.close());
  return made;
}

const get = (baseUrl: string, more: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
  baseUrl,
  path: '/x',
  method: 'GET',
  headers: {},
  allowPrivate: true,
  ...more,
});

describe('UpstreamClient', () => {
  it('sends method, path below the base, headers and body, and follows no redirect', async () => {
    const url = await serve((request, response) => {
      request.pipe(response.writeHead(302, { location: '/else', 'x-seen': [request.method, request.url].join(' ') }));
    });
    const body = Buffer.from('hé');
    const answer = await client().request(get(`${url}/v1/`, { method: 'POST', path: '/chat?a=1', body }));
    expect(answer.status).toBe(302);
    expect(answer.headers['x-seen']).toBe('POST /v1/chat?a=1');
    expect((await answer.body.bytes(100)).equals(body)).toBe(true);
  });

  it('counts a request that was given up as open for as long as it waits for a connection', async () => {
    const held: (() => void)[] = [];
    const url = await serve((_request, response) => {
      if (held.length === 0) held.push(() => response.end('ok'));
      else response.end('ok');
    });
    const upstream = client({ maxConnections: 1, maxOpenRequests: 2 });
    const first = upstream.request(get(url));
    while (held.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(upstream.request(get(url, { headersTimeoutMs: 20 }))).rejects.toMatchObject({ kind: 'timeout' });
    // The one that timed out is still in the queue.
    await expect(upstream.request(get(url))).rejects.toMatchObject({ reason: 'too_many_open' });
    held[0]?.();
    await (await first).body.bytes(10);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [one, two] = await Promise.all([
      upstream.request(get(url)).then(({ body }) => body.bytes(10)),
      upstream.request(get(url)).then(({ body }) => body.bytes(10)),
    ]);
    expect([String(one), String(two)]).toEqual(['ok', 'ok']);
  });

  it('does not wait for a connection for as long as for an answer, and says that nothing was sent', async () => {
    const url = await serve((_request, response) => response.flushHeaders());
    const upstream = client({ maxConnections: 1, connectTimeoutMs: 100 });
    const { body } = await upstream.request(get(url));
    const start = performance.now();
    await expect(upstream.request(get(url))).rejects.toMatchObject({
      kind: 'busy',
      reason: 'no_connection',
      sent: false,
    });
    expect(performance.now() - start).toBeLessThan(2_000);
    body.cancel();
  });

  it('knows of a request that was given up whether it was sent', async () => {
    const url = await serve(() => undefined);
    const upstream = client({ maxConnections: 1 });
    const [one, two] = [new AbortController(), new AbortController()];
    const first = upstream.request(get(url, { signal: one.signal }));
    const second = upstream.request(get(url, { signal: two.signal }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    two.abort();
    await expect(second).rejects.toMatchObject({ kind: 'aborted', sent: false });
    one.abort();
    await expect(first).rejects.toMatchObject({ kind: 'aborted', sent: true });
  });

  it('keeps connections alive', async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('ok');
    });
    const upstream = client();
    for (let i = 0; i < 5; i += 1) await (await upstream.request(get(url))).body.bytes(10);
    // The pool learns that a connection is free a moment after the answer's end, so a second one may take turns.
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it('refuses loopback unless the operator asked for it, by address and by name', async () => {
    let hits = 0;
    const url = await serve((_request, response) => void response.end(String((hits += 1))));
    const upstream = client({ resolve: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]) });
    const refused = { kind: 'connect', reason: 'address_refused' };
    const byName = url.replace('127.0.0.1', 'provider.example');
    await expect(upstream.request(get(url, { allowPrivate: false }))).rejects.toMatchObject(refused);
    await expect(upstream.request(get(byName, { allowPrivate: false }))).rejects.toMatchObject(refused);
    expect(hits).toBe(0);
    expect((await upstream.request(get(byName))).status).toBe(200);
  });

  it('refuses a name when one of its addresses is refused, and link-local always', async () => {
    const addresses = [
      { address: '8.8.8.8', family: 4 },
      { address: '::ffff:a9fe:a9fe', family: 6 },
    ];
    const upstream = client({ resolve: (_name, _options, done) => done(null, addresses) });
    for (const baseUrl of ['http://mixed.example', 'http://169.254.169.254', 'http://[::ffff:169.254.169.254]']) {
      await expect(upstream.request(get(baseUrl))).rejects.toMatchObject({ reason: 'address_refused' });
    }
  });

  it.each(['ftp://x', 'nonsense', 'http://user:pw@x', 'file:///etc/passwd'])(
    'refuses the base URL %s',
    async (baseUrl) => {
      await expect(client().request(get(baseUrl))).rejects.toMatchObject({ kind: 'protocol', reason: 'bad_base_url' });
    },
  );

  it('names a refused connection, silence, a reset and noise', async () => {
    const closed = createTcpServer();
    const gone = await listen(closed);
    await new Promise((resolve) => closed.close(resolve));
    const silent = await serve(() => undefined);
    const reset = await serve((request) => void request.socket.resetAndDestroy());
    const noise = await listen(
      createTcpServer(
        (socket) =>
          void socket
            .on('error', () => undefined)
            .resume()
            .end('hello\r\n\r\n'),
      ),
    );
    const upstream = client();
    await expect(upstream.request(get(gone))).rejects.toMatchObject({ name: 'UpstreamFailure', kind: 'connect' });
    await expect(upstream.request(get(silent, { headersTimeoutMs: 50 }))).rejects.toMatchObject({ kind: 'timeout' });
    await expect(upstream.request(get(reset))).rejects.toMatchObject({ name: 'UpstreamFailure', kind: 'reset' });
    await expect(upstream.request(get(noise))).rejects.toMatchObject({ name: 'UpstreamFailure', kind: 'protocol' });
  });

  it('names a body that breaks off, stalls, or is too large', async () => {
    const cut = await serve((request, response) => {
      response.write('part');
      setTimeout(() => request.socket.resetAndDestroy(), 20);
    });
    const stalled = await serve((_request, response) => void response.write('part'));
    const large = await serve((_request, response) => void response.end(Buffer.alloc(200_000)));
    const upstream = client();
    const read = async (url: string, more = {}) => (await upstream.request(get(url, more))).body.bytes(1000);
    await expect(read(cut)).rejects.toMatchObject({ name: 'UpstreamFailure', kind: 'reset' });
    await expect(read(stalled, { bodyTimeoutMs: 100 })).rejects.toMatchObject({ kind: 'timeout' });
    await expect(read(large)).rejects.toMatchObject({ kind: 'too_large' });
  });

  it('closes the connection when the caller gives up, before and during the answer', async () => {
    let closes = 0;
    const url = await serve((request, response) => {
      request.socket.once('close', () => (closes += 1));
      if (request.url === '/stream') response.write('first');
    });
    const upstream = client();
    const before = new AbortController();
    const pending = upstream.request(get(url, { signal: before.signal }));
    setTimeout(() => before.abort(), 50);
    await expect(pending).rejects.toMatchObject({ kind: 'aborted' });
    const during = new AbortController();
    const { body } = await upstream.request(get(url, { path: '/stream', signal: during.signal }));
    const seen: string[] = [];
    const read = body.each((chunk) => {
      seen.push(chunk.toString());
      during.abort();
      return undefined;
    });
    await expect(read).rejects.toMatchObject({ kind: 'aborted' });
    expect(seen).toEqual(['first']);
    const { body: left } = await upstream.request(get(url, { path: '/stream' }));
    left.cancel();
    await expect(left.bytes(1)).rejects.toMatchObject({ kind: 'aborted' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(closes).toBe(3);
  });

  it('bounds what waits, and slows a provider that sends faster than it is read', async () => {
    let sent = 0;
    const url = await serve((_request, response) => {
      const more = (): void => {
        while (sent < 50_000_000 && response.write(Buffer.alloc(65_536))) sent += 65_536;
        response.once('drain', more);
      };
      more();
    });
    const upstream = client({ maxOpenRequests: 1 });
    const { body } = await upstream.request(get(url));
    await expect(upstream.request(get(url))).rejects.toMatchObject({ kind: 'busy', reason: 'too_many_open' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(sent).toBeLessThan(20_000_000);
    body.cancel();
  });

  describe('while an answer waits to be read', () => {
    const SIZE = 140_000;
    const heads = (length: number): Record<string, string> => ({
      'closes at its end': 'HTTP/1.1 200 OK\r\n\r\n',
      'closes after it': `HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${length}\r\n\r\n`,
      'speaks HTTP/1.0': `HTTP/1.0 200 OK\r\ncontent-length: ${length}\r\n\r\n`,
      'closes without need': `HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n`,
    });

    /** Reads a little, and the rest a moment after the provider has ended the connection. */
    async function readLate(head: string, end: (socket: Socket) => void, upstream: UpstreamClient): Promise<number> {
      let hasEnded = (): void => undefined;
      const over = new Promise<void>((resolve) => (hasEnded = resolve));
      const provider = createTcpServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => {
          socket.write(head);
          for (let at = 0; at < SIZE; at += 20_000) {
            setTimeout(() => socket.write(Buffer.alloc(20_000, 'x')), 20 + at / 4_000);
          }
          setTimeout(() => {
            end(socket);
            setTimeout(hasEnded, 100);
          }, 100);
        });
      });
      const { body } = await upstream.request(get(await listen(provider)));
      let bytes = 0;
      await body.each((chunk) => {
        bytes += chunk.length;
        return over;
      });
      return bytes;
    }

    it.each(Object.entries(heads(SIZE)))('hears of a provider that %s and ends its connection', async (_, head) => {
      expect(await readLate(head, (socket) => socket.end(), client())).toBe(SIZE);
    });

    it.each(Object.entries(heads(2 * SIZE)))(
      'hears of a provider that %s and resets its connection before',
      async (_, head) => {
        const upstream = client({ maxOpenRequests: 1 });
        for (let again = 0; again < 2; again += 1) {
          await expect(readLate(head, (socket) => socket.resetAndDestroy(), upstream)).rejects.toMatchObject({
            name: 'UpstreamFailure',
            kind: 'reset',
          });
        }
      },
    );

    it('blames no provider for the time that it was held back', async () => {
      const url = await serve((_request, response) => void response.end(Buffer.alloc(1_000_000)));
      const { body } = await client().request(get(url, { bodyTimeoutMs: 100 }));
      let bytes = 0;
      await body.each((chunk) => {
        bytes += chunk.length;
        return bytes === chunk.length ? new Promise((resolve) => setTimeout(resolve, 500)) : undefined;
      });
      expect(bytes).toBe(1_000_000);
    });

    it('reads the next answer of a connection that was held back when the last one ended', async () => {
      // So many pieces are held back in the middle of what is read at once, and the end comes with the same reading.
      const chunked = `46\r\n${'x'.repeat(70)}\r\n`.repeat(600);
      const answer = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunked}0\r\n\r\n`;
      const provider = createTcpServer((socket) => void socket.on('data', () => socket.write(answer)));
      const url = await listen(provider);
      const upstream = client({ maxConnections: 1 });
      for (let again = 0; again < 5; again += 1) {
        const { body } = await upstream.request(get(url, { bodyTimeoutMs: 2_000, headersTimeoutMs: 2_000 }));
        await new Promise((resolve) => setTimeout(resolve, 30));
        expect((await body.bytes(1e6)).length).toBe(42_000);
      }
    });
  });

  it('takes nothing more once it is closed', async () => {
    const upstream = new UpstreamClient();
    await upstream.close();
    await expect(upstream.request(get('http://127.0.0.1:1'))).rejects.toMatchObject({ reason: 'client_closed' });
  });
});
