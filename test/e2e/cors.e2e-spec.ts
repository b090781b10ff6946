import { loadConfig } from '#libs/config';
import { createApp, type TestApp } from '../support/app.js';
import type { TestResponse } from '../support/http.js';

const LISTED = 'https://console.example.com';
const STRANGE = 'https://evil.example.net';

describe('cross-origin requests', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await createApp({ environment: { CORS_ORIGIN: `${LISTED}, https://second.example.com` } });
  });
  afterAll(() => t.close());

  const allowHeaders = ({ headers }: TestResponse) =>
    [...headers.keys()].filter((name) => name.startsWith('access-control-allow'));

  const from = (origin: string, method: string, path: string, more: Record<string, string> = {}) =>
    t.http.send(method, path, { headers: { origin, ...more } });

  it.each([LISTED, 'https://second.example.com'])('H-09 echo the listed origin %s', async (origin) => {
    const { status, headers } = await from(origin, 'GET', '/api/v1/config');
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('vary')).toMatch(/origin/i);
  });

  it.each([STRANGE, `${LISTED}.evil.example.net`, 'http://console.example.com', `${LISTED}:8443`, 'null'])(
    'H-09 give %s no permission',
    async (origin) => {
      const plain = await from(origin, 'GET', '/api/v1/config');
      expect(plain.headers.get('access-control-allow-origin')).toBeNull();
      const preflight = await from(origin, 'OPTIONS', '/api/auth/refresh', { 'access-control-request-method': 'POST' });
      expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it('H-09 pass the preflight before anybody has to sign in', async () => {
    for (const path of ['/api/v1/admin/audit', '/v1/chat/completions']) {
      const answer = await from(LISTED, 'OPTIONS', path, {
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type',
      });
      expect(answer.status).toBe(204);
      expect(answer.headers.get('access-control-allow-origin')).toBe(LISTED);
      expect(answer.headers.get('access-control-allow-methods')).toContain('POST');
      expect(answer.headers.get('access-control-allow-headers')).toBe('authorization, content-type');
      expect(Number(answer.headers.get('access-control-max-age'))).toBeGreaterThan(0);
    }
  });

  it('H-09 let the page read errors and their request id', async () => {
    const { status, headers } = await from(LISTED, 'GET', '/api/v1/auth/me');
    expect(status).toBe(401);
    expect(headers.get('access-control-allow-origin')).toBe(LISTED);
    expect(headers.get('access-control-expose-headers')).toContain('X-Request-Id');
  });

  it('H-09 answer an OPTIONS that is no preflight without words of their own', async () => {
    const answer = await from(LISTED, 'OPTIONS', '/api/v1/config');
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 204, text: '' });
  });

  it.each(['console.example.com', 'https://console.example.com/', 'https://a.example/b', 'example'])(
    'H-09 refuse to start with the origin %s, that no browser sends',
    (origin) => {
      const environment = { NODE_ENV: 'test', DATA_DIR: t.dataDir, CORS_ORIGIN: `${LISTED},${origin}` };
      expect(() => loadConfig(environment)).toThrow('CORS_ORIGIN');
    },
  );

  it('H-09 are for nobody where no origin is listed', async () => {
    const closed = await createApp();
    try {
      const answer = await closed.http.send('GET', '/api/v1/config', { headers: { origin: STRANGE } });
      expect(answer.status).toBe(200);
      expect(allowHeaders(answer).filter((name) => name === 'access-control-allow-origin')).toEqual([]);
    } finally {
      await closed.close();
    }
  });

  it.each(['development', 'test', 'staging', 'production', undefined])(
    'H-09 refuse to start with * and credentials, when NODE_ENV is %s',
    (profile) => {
      const environment = {
        NODE_ENV: profile,
        DATA_DIR: t.dataDir,
        JWT_SECRET: 'Zx8kQ2vT5nL0wR7yB4mH9cJ1sD6fG3pA-uE_iOo',
        CORS_ORIGIN: '*',
      };
      expect(() => loadConfig({ ...environment, CORS_CREDENTIALS: 'true' })).toThrow('CORS_ORIGIN');
      expect(() => loadConfig(environment)).toThrow('CORS_ORIGIN');
    },
  );

  it('H-09 take * without credentials in development', async () => {
    const open = await createApp({ environment: { CORS_ORIGIN: '*', CORS_CREDENTIALS: 'false' } });
    try {
      const { headers } = await open.http.get('/api/v1/config', { headers: { origin: STRANGE } });
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
    } finally {
      await open.close();
    }
  });
});
