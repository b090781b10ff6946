import { createApp, type TestApp } from '../support/app.js';
import { givenUser } from '../support/given/users.js';
import type { TestResponse } from '../support/http.js';

/** What production asks for before it starts. */
const PRODUCTION = {
  NODE_ENV: 'production',
  JWT_SECRET: 'Zx8kQ2vT5nL0wR7yB4mH9cJ1sD6fG3pA-uE_iOo',
  PASSWORD_HASH_MEMORY_KIB: '19456',
};

describe('security headers', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await createApp();
  });
  afterAll(() => t.close());

  function expectSafe({ headers }: TestResponse): void {
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("default-src 'none'") as string,
    });
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
  }

  it.each([
    ['an answer', 200, () => t.http.get('/api/v1/config')],
    ['a probe', 200, () => t.http.get('/liveness')],
    ['metrics', 200, () => t.http.get('/metrics')],
    ['the documentation', 200, () => t.http.get('/docs')],
    ['the OpenAPI document', 200, () => t.http.get('/openapi.json')],
    ['an error of the input', 400, () => t.http.post('/api/auth/login', {})],
    ['an address that cannot be decoded', 400, () => t.http.get('/%E0%A4%A')],
    ['a refusal', 401, () => t.http.get('/api/v1/auth/me')],
    ['a refusal of the gateway', 401, () => t.http.post('/v1/chat/completions', {})],
    ['an unknown route', 404, () => t.http.get('/nope')],
    ['an unknown file of the documentation', 404, () => t.http.get('/docs/nope.js')],
    ['a preflight', 204, () => t.http.send('OPTIONS', '/api/v1/config', { headers: PREFLIGHT })],
  ])('H-08 are on %s', async (_, status, send) => {
    const answer = await send();
    expect(answer.status).toBe(status);
    expectSafe(answer);
    expect(answer.headers.get('strict-transport-security')).toBeNull();
  });

  const PREFLIGHT = { origin: 'https://console.example.com', 'access-control-request-method': 'GET' };

  it('H-08 are on an answer without a body', async () => {
    const user = await givenUser(t);
    const answer = await user.http.post('/api/auth/logout');
    expect(answer.status).toBe(204);
    expectSafe(answer);
  });

  it('H-08 allow the documentation nothing from elsewhere', async () => {
    const { headers, text } = await t.http.get('/docs');
    expect(headers.get('content-security-policy')).not.toMatch(/https?:|\*/);
    const lookalike = await t.http.get('/docsX');
    expect(lookalike.headers.get('content-security-policy')).not.toContain('script-src');
    for (const [, address] of text.matchAll(/(?:src|href)="([^"]+)"/g)) expect(address).not.toMatch(/^(https?:)?\/\//);
  });

  it('H-08 ask for TLS in production over TLS, and only there', async () => {
    const production = await createApp({ environment: { ...PRODUCTION, TRUST_PROXY: '127.0.0.1' } });
    try {
      const plain = await production.http.get('/api/v1/config');
      expect(plain.status).toBe(200);
      expect(plain.headers.get('strict-transport-security')).toBeNull();
      const secured = await production.http.get('/api/v1/config', { headers: { 'x-forwarded-proto': 'https' } });
      expect(secured.headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}; includeSubDomains$/);
      expectSafe(secured);
    } finally {
      await production.close();
    }
    const elsewhere = await createApp({ environment: { TRUST_PROXY: '127.0.0.1' } });
    try {
      const { headers } = await elsewhere.http.get('/api/v1/config', { headers: { 'x-forwarded-proto': 'https' } });
      expect(headers.get('strict-transport-security')).toBeNull();
    } finally {
      await elsewhere.close();
    }
  });

  it('H-08 do not believe a stranger who says that this is TLS', async () => {
    const production = await createApp({ environment: PRODUCTION });
    try {
      const { headers } = await production.http.get('/api/v1/config', { headers: { 'x-forwarded-proto': 'https' } });
      expect(headers.get('strict-transport-security')).toBeNull();
    } finally {
      await production.close();
    }
  });
});
