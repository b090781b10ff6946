import { connect, type Socket } from 'node:net';
import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey, type GivenApiKey } from '../support/given/api-keys.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser } from '../support/given/users.js';

const CHUNK = `data: {"choices":[{"index":0,"delta":{"content":"${'x'.repeat(65_000)}"},"finish_reason":null}]}\n\n`;
const EVENTS = { 'content-type': 'text/event-stream' };

describe('a caller who holds up', () => {
  let t: TestApp;
  let up: FakeUpstream;
  let key: GivenApiKey;

  beforeAll(async () => {
    up = await FakeUpstream.start();
    up.models([{ id: 'm1', inputCostPerToken: 0.0000025, outputCostPerToken: 0.00001 }]);
    t = await createApp({
      environment: {
        LITELLM_API_URL: up.url,
        GATEWAY_WRITE_STALL_SECONDS: '1',
        UPSTREAM_MAX_CONNECTIONS: '1',
        UPSTREAM_CONNECT_TIMEOUT_SECONDS: '1',
      },
    });
    const user = await givenUser(t);
    await givenSubscription(t, user, 'm1');
    key = await givenApiKey(t, user, ['m1']);
  });
  beforeEach(() => up.reset());
  afterAll(async () => {
    await t.close();
    await up.stop();
  });

  const asked = (): number => up.calls.length;
  const rowsOf = async (requestId: string): Promise<Record<string, unknown>[]> =>
    (await t.db.query<Record<string, unknown>>('SELECT * FROM usage_events WHERE request_id = $1', [requestId])).rows;
  const body = (more: object = {}): string =>
    JSON.stringify({ model: 'm1', messages: [{ role: 'user', content: 'Hello' }], ...more });

  /** Sends a call over a socket of which nothing is read. */
  function send(requestId: string, text: string): Socket {
    const { port } = new URL(t.url);
    const socket = connect(Number(port), '127.0.0.1').pause();
    socket.on('error', () => undefined);
    const head = [`authorization: Bearer ${key.key}`, `x-request-id: ${requestId}`, 'content-type: application/json'];
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n${head.join('\r\n')}\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
    );
    return socket;
  }

  it('is cut off when it leaves a stream unread, and so is the provider', async () => {
    up.next({ headers: EVENTS, body: Array<string>(400).fill(CHUNK) });
    const socket = send('unread-1', body({ stream: true }));
    await eventually(() => expect(asked()).toBe(1));
    await eventually(async () => {
      expect(up.last.aborted).toBe(true);
      expect(await rowsOf('unread-1')).toMatchObject([{ status: 'aborted', tokens_source: 'counted' }]);
    });
    // The connection to the provider is free again.
    expect((await key.http.post('/v1/chat/completions', body())).status).toBe(200);
    socket.destroy();
  });

  it('does not make others wait in silence for a connection', async () => {
    up.next({ pauseAfterChunks: 1 });
    const first = key.http.post('/v1/chat/completions', body({ stream: true }));
    await eventually(() => expect(asked()).toBe(1));
    const start = performance.now();
    const second = await key.http.post('/v1/chat/completions', body(), { headers: { 'x-request-id': 'queued-1' } });
    expect([second.status, second.body]).toMatchObject([503, { error: { code: 'no_upstream_available' } }]);
    expect(second.headers.get('retry-after')).toBe('5');
    expect(performance.now() - start).toBeLessThan(6_000);
    expect(await rowsOf('queued-1')).toMatchObject([{ status: 'failed', cost: '0' }]);
    up.release();
    expect((await first).status).toBe(200);
    // No key was blamed for it.
    expect((await key.http.post('/v1/chat/completions', body())).status).toBe(200);
  });

  it('pays nothing for a call that was given up before it was sent', async () => {
    up.next({ pauseAfterChunks: 1 });
    const first = key.http.post('/v1/chat/completions', body({ stream: true }));
    await eventually(() => expect(asked()).toBe(1));
    const socket = send('never-sent', body({ stream: true }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    socket.destroy();
    await eventually(async () =>
      expect(await rowsOf('never-sent')).toMatchObject([{ status: 'aborted', cost: '0', input_tokens: '0' }]),
    );
    up.release();
    await first;
    expect(asked()).toBe(1);
  });
});
