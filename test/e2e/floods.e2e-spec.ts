import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenUser } from '../support/given/users.js';

const LIMIT = 1_048_576;
const CHAT = '/v1/chat/completions';

describe('floods', () => {
  let t: TestApp;
  let key: string;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    t = await createApp({
      environment: {
        BODY_LIMIT_BYTES: String(LIMIT),
        GATEWAY_BODY_LIMIT_BYTES: String(LIMIT),
        BODY_MEMORY_BYTES: String(LIMIT),
      },
    });
    const owner = await givenUser(t);
    const model = await givenModel(t);
    ({ key } = await givenApiKey(t, owner, [model.id]));
  });
  afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));
  afterAll(() => t.close());

  /** Announces a body of that many bytes and sends some of them. */
  function begin(path: string, announced: number, sent: number, credential?: string, app = t): Line {
    const { port } = new URL(app.url);
    const socket = connect(Number(port), '127.0.0.1');
    sockets.push(socket);
    const authorization = credential === undefined ? '' : `authorization: Bearer ${credential}\r\n`;
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: sluice\r\ncontent-type: application/json\r\n${authorization}` +
        `content-length: ${announced}\r\n\r\n${'x'.repeat(sent)}`,
    );
    return new Line(socket);
  }

  it.each([
    ['the gateway', CHAT, 401],
    ['the control plane', '/api/v1/teams', 401],
    ['an address that there is not', '/nowhere', 404],
    ['a route that is open to anybody', '/api/auth/login', 413],
  ])('does not read what a stranger sends to %s', async (_, path, status) => {
    const answer = await begin(path, LIMIT - 1, 1).answer();
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(/^connection: close\r$/im);
  });

  it('does not read what somebody with an invented key sends', async () => {
    expect(await begin(CHAT, LIMIT - 1, 1, 'sk-sluice-invented').answer()).toMatch(/^HTTP\/1.1 401 /);
  });

  it('keeps the line open after the refusal of a small request', async () => {
    expect(await begin(CHAT, 2, 2).answer()).not.toMatch(/^connection: close\r$/im);
  });

  it('bounds what the bodies of all requests hold, and has room again when one is gone', async () => {
    const { first, refused } = await eventually(async () => {
      const held = begin(CHAT, LIMIT, LIMIT - 1_024, key);
      await delay(200);
      const answer = await begin(CHAT, LIMIT, LIMIT, key).answer();
      expect(answer).toMatch(/^HTTP\/1.1 503 /);
      return { first: held, refused: answer };
    });
    expect(refused).toContain('server_busy');
    expect(refused).toMatch(/^retry-after: \d+\r$/im);
    first.socket.destroy();
    await eventually(async () => {
      expect(await begin(CHAT, LIMIT, LIMIT, key).answer()).toMatch(/^HTTP\/1.1 400 [^]*model_request_malformed/);
    });
  });

  it('waits for a body no longer than it was told', async () => {
    const impatient = await createApp({ environment: { REQUEST_TIMEOUT_SECONDS: '1' } });
    try {
      const answer = await begin('/api/auth/login', 100, 1, undefined, impatient).answer();
      expect(answer).toMatch(/^HTTP\/1.1 408 [^]*request_timeout/);
    } finally {
      await impatient.close();
    }
  });

  it('takes no more connections than it was told', async () => {
    const narrow = await createApp({ environment: { MAX_CONNECTIONS: '1' } });
    try {
      const port = Number(new URL(narrow.url).port);
      const first = connect(port, '127.0.0.1');
      sockets.push(first);
      await once(first, 'connect');
      const second = connect(port, '127.0.0.1');
      sockets.push(second);
      second.on('error', () => undefined);
      second.resume();
      await once(second, 'close');
      first.destroy();
    } finally {
      await narrow.close();
    }
  });
});

/** A connection, and what came back on it. */
class Line {
  private received = '';

  constructor(readonly socket: Socket) {
    // A server that closes while we still send resets the line; what it said before counts.
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.received += chunk.toString('latin1');
    });
  }

  /** The whole answer, as soon as it is there. */
  async answer(): Promise<string> {
    await eventually(() => {
      const [head = '', body = ''] = this.received.split('\r\n\r\n');
      const length = Number(/^content-length: (\d+)\r?$/im.exec(head)?.[1] ?? Number.NaN);
      expect(body).toHaveLength(length);
      return Promise.resolve();
    });
    return this.received;
  }
}
