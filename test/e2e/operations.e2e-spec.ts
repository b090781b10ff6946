import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { drainAndClose } from '#libs/http';
import { createApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { TcpGate } from '../support/tcp-gate.js';
import { Health } from '#libs/observability';

interface HealthBody {
  readonly status: string;
  readonly components: Readonly<Record<string, { readonly status: string; readonly detail?: string }>>;
}

/** Nothing listens there. */
const CLOSED_PORT = 9;

describe('operations', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await createApp();
  });
  afterAll(() => t.close());

  it('H-19 answers an unknown route with the error envelope', async () => {
    const { status, body } = await t.http.get('/nope');
    expect(status).toBe(404);
    expect(body).toMatchObject({ error: { code: 'route_not_found', type: 'invalid_request_error' } });
  });

  it('tells at its bare address what it is', async () => {
    const { status, body } = await t.http.get('/');
    expect(status).toBe(200);
    expect(body).toEqual({ name: 'Sluice', version: expect.any(String) as string, docs: '/docs' });
  });

  it.each([
    ['H-01', '/liveness'],
    ['H-01', '/api/v1/health/live'],
    ['H-02', '/readiness'],
    ['H-02', '/api/v1/health/ready'],
    ['H-03', '/health'],
    ['H-03', '/api/v1/health'],
  ])('%s answers %s to anybody while all is well', async (row, path) => {
    const { status, headers } = await t.http.get(path);
    expect(status).toBe(200);
    if (row !== 'H-01') expect(headers.get('cache-control')).toBe('no-store');
  });

  it.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])(
    'shows its metrics to this machine, not to whoever comes through a proxy on it (%s)',
    async (header) => {
      expect((await t.http.get('/metrics')).status).toBe(200);
      const proxied = await t.http.get('/metrics', { headers: { [header]: '203.0.113.9' } });
      expect(proxied).toMatchObject({ status: 401, body: { error: { code: 'unauthorized' } } });
    },
  );

  it('shows its metrics in production to whoever has their token, and to nobody else', async () => {
    const production = {
      NODE_ENV: 'production',
      JWT_SECRET: 'Zx8kQ2vT5nL0wR7yB4mH9cJ1sD6fG3pA-uE_iOo',
      PASSWORD_HASH_MEMORY_KIB: '19456',
    };
    for (const METRICS_TOKEN of [undefined, 'metrics-token-of-this-test']) {
      const other = await createApp({ environment: { ...production, METRICS_TOKEN } });
      try {
        expect((await other.http.get('/metrics')).status).toBe(401);
        const { status } = await other.http.bearer('metrics-token-of-this-test').get('/metrics');
        expect(status).toBe(METRICS_TOKEN === undefined ? 401 : 200);
      } finally {
        await other.close();
      }
    }
  });

  it('H-03 names its components', async () => {
    const { body } = await t.http.get<HealthBody>('/health');
    expect(Object.keys(body.components).sort()).toEqual(['catalogue', 'db', 'keyPool', 'ledger']);
    expect(body.components['db']).toEqual({ status: 'ok' });
  });

  it('H-03 is degraded, and still serves, without a healthy upstream key', async () => {
    const { status, body } = await t.http.get<HealthBody>('/health');
    expect(body.components['keyPool']?.status).not.toBe('ok');
    expect({ status, health: body.status }).toEqual({ status: 200, health: 'degraded' });
    expect((await t.http.get('/readiness')).status).toBe(200);
  });

  it('H-03 is well with a key of an upstream', async () => {
    const other = await createApp({
      environment: { OPENAI_API_KEY: 'sk-of-a-test-provider', OPENAI_BASE_URL: `http://127.0.0.1:${CLOSED_PORT}/v1` },
    });
    try {
      const { status, body } = await eventually(async () => {
        const answer = await other.http.get<HealthBody>('/health');
        const detail = 'the models of openai cannot be listed';
        expect(answer.body.components['catalogue']).toEqual({ status: 'degraded', detail });
        return answer;
      });
      expect(status).toBe(200);
      expect(body.components['db']?.status).toBe('ok');
      expect(body.components['keyPool']).toBeDefined();
      expect(JSON.stringify(body)).not.toMatch(/sk-of|127\.0\.0\.1|postgres:/);
    } finally {
      await other.close();
    }
  });

  describe('while the database is away', () => {
    let database: TestDatabase;
    let gate: TcpGate;
    let cut: TestApp;
    beforeAll(async () => {
      database = await createTestDatabase();
      gate = await TcpGate.before(database.url);
      cut = await createApp({ databaseUrl: gate.through(database.url) });
      cut.db.on('error', () => undefined);
    });
    afterAll(async () => {
      await gate.reopen();
      await cut.close();
      await gate.shut();
      await database.drop();
    });

    beforeEach(() => gate.shut());
    afterEach(async () => {
      await gate.reopen();
      await eventually(async () => expect((await cut.http.get('/readiness')).status).toBe(200));
    });

    it.each(['/liveness', '/api/v1/health/live'])('H-01 is alive, says %s', async (path) => {
      expect((await cut.http.get(path)).status).toBe(200);
    });

    it.each(['/readiness', '/api/v1/health/ready'])('H-02 is not ready, says %s, until it is back', async (path) => {
      expect(await cut.http.get(path)).toMatchObject({ status: 503, body: { status: 'down' } });
      await gate.reopen();
      await eventually(async () => expect((await cut.http.get(path)).status).toBe(200));
    });

    it('H-03 says what is down, and no address of it', async () => {
      const { status, body, text } = await cut.http.get<HealthBody>('/health');
      expect(status).toBe(503);
      expect(body).toMatchObject({ status: 'down', components: { db: { status: 'down' } } });
      expect(text).not.toMatch(/127\.0\.0\.1|postgres|ECONN/);
    });

    it('H-02 answers what needs the database with 503 and when to come back', async () => {
      const { status, headers, body } = await cut.http.post('/api/auth/login', {
        email: 'ada@example.com',
        password: 'Correct-Horse-7-Battery',
      });
      expect(status).toBe(503);
      expect(headers.get('retry-after')).toMatch(/^\d+$/);
      expect(body).toMatchObject({ error: { code: 'database_unavailable' } });
    });
  });

  it('H-02 is not ready without the Redis that it is told to use', async () => {
    const other = await createApp({ environment: { REDIS_URL: `redis://127.0.0.1:${CLOSED_PORT}` } });
    try {
      expect((await other.http.get('/readiness')).status).toBe(503);
      expect((await other.http.get('/liveness')).status).toBe(200);
      const { status, body } = await other.http.get<HealthBody>('/health');
      expect(status).toBe(503);
      expect(body).toMatchObject({ status: 'down', components: { db: { status: 'ok' }, redis: { status: 'down' } } });
    } finally {
      await other.close();
    }
  });

  it('H-02 is not ready while it shuts down, and answers probes until the end', async () => {
    const other = await createApp();
    try {
      other.app.get(Health).drain();
      expect((await other.http.get('/readiness')).status).toBe(503);
      expect((await other.http.get('/liveness')).status).toBe(200);
      const refused = await other.http.get('/api/v1/config');
      expect(refused).toMatchObject({ status: 503, body: { error: { code: 'shutting_down' } } });
      expect(refused.headers.get('retry-after')).toBe('1');
    } finally {
      await other.close();
    }
  });

  it('answers what comes on a connection that was there before its end was asked for', async () => {
    const other = await createApp();
    const socket = connect(Number(new URL(other.url).port), '127.0.0.1');
    await once(socket, 'connect');
    await delay(50);
    const ended = drainAndClose(other.app);
    await delay(50);
    expect(other.app.get(Health).isLeaving).toBe(true);
    socket.write('GET /api/v1/config HTTP/1.1\r\nhost: localhost\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 [^]*\r\nconnection: close\r\n/i);
    await ended;
    await other.db.end();
  });
});
