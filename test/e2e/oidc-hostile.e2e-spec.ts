import { createHmac } from 'node:crypto';
import { CompactSign, exportJWK, exportSPKI, generateKeyPair } from 'jose';
import { createApp, type TestApp } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { givenUser } from '../support/given/users.js';
import { type Attack, type Claims, HostileOp, newKeys, type Scene } from '../support/hostile-op.js';

const ORIGIN = 'https://sluice.test';

const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const without = (claims: Claims, name: string): Claims =>
  Object.fromEntries(Object.entries(claims).filter(([each]) => each !== name));
/** Changes one claim of a token that is otherwise honest. */
const claiming = (change: (claims: Claims, scene: Scene) => Claims): Attack => ({
  idToken: (scene) => scene.sign(change(scene.claims, scene)),
});
const unsigned = (alg: string): Attack => ({
  idToken: ({ claims }) => `${b64({ alg, typ: 'JWT', kid: 'key-1' })}.${b64(claims)}.`,
});
const byHmac = (secretOf: (scene: Scene) => Promise<string>): Attack => ({
  idToken: async (scene) => {
    const input = `${b64({ alg: 'HS256', typ: 'JWT', kid: 'key-1' })}.${b64(scene.claims)}`;
    return `${input}.${createHmac('sha256', await secretOf(scene))
      .update(input)
      .digest('base64url')}`;
  },
});
/** Signed by a key of nobody. */
const byStranger = (header: (key: object) => object): Attack => ({
  idToken: async ({ claims }) => {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    return new CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'RS256', kid: 'key-1', ...header(await exportJWK(publicKey)) })
      .sign(privateKey);
  },
});
const soon = (claims: Claims, seconds: number) => Number(claims['iat']) + seconds;
const HUGE = 'x'.repeat(3_000_000);

const ATTACKS: [string, Attack][] = [
  ['alters the state', { answer: (answer) => answer.set('state', 'A'.repeat(43)) }],
  ['leaves the state out', { answer: (answer) => answer.delete('state') }],
  ['answers for another issuer', { answer: (answer) => answer.set('iss', 'https://accounts.google.com') }],
  ['does not say who answers', { answer: (answer) => answer.delete('iss') }],
  ['brings no code', { answer: (answer) => answer.delete('code') }],
  ['tells the wrong nonce', claiming((claims) => ({ ...claims, nonce: 'another' }))],
  ['tells no nonce', claiming((claims) => without(claims, 'nonce'))],
  ['is for another client', claiming((claims) => ({ ...claims, aud: 'another' }))],
  ['is for no client', claiming((claims) => without(claims, 'aud'))],
  ['is for several and says not for whom', claiming((claims) => ({ ...claims, aud: ['sluice', 'another'] }))],
  ['was given to another client', claiming((claims) => ({ ...claims, azp: 'another' }))],
  ['is of another issuer', claiming((claims) => ({ ...claims, iss: 'https://accounts.google.com' }))],
  ['is of an issuer with a slash more', claiming((claims) => ({ ...claims, iss: `${String(claims['iss'])}/` }))],
  ['is of no issuer', claiming((claims) => without(claims, 'iss'))],
  ['has run out', claiming((claims) => ({ ...claims, iat: soon(claims, -700), exp: soon(claims, -60) }))],
  ['never runs out', claiming((claims) => without(claims, 'exp'))],
  ['runs out at a text', claiming((claims) => ({ ...claims, exp: String(claims['exp']) }))],
  ['is not good yet', claiming((claims) => ({ ...claims, nbf: soon(claims, 600) }))],
  ['was made in the future', claiming((claims) => ({ ...claims, iat: soon(claims, 600) }))],
  ['was made long ago', claiming((claims) => ({ ...claims, iat: soon(claims, -3_600) }))],
  ['names nobody', claiming((claims) => without(claims, 'sub'))],
  ['names an empty text', claiming((claims) => ({ ...claims, sub: '' }))],
  ['names a number', claiming((claims) => ({ ...claims, sub: 1 }))],
  ['names what no database keeps', claiming((claims) => ({ ...claims, sub: 'a\0b' }))],
  ['is signed by nothing', unsigned('none')],
  ['is signed by nOnE', unsigned('nOnE')],
  ['is signed by its public key', byHmac(({ op }) => exportSPKI(op.keys.publicKey))],
  ["is signed by its client's secret", byHmac(() => Promise.resolve('a-secret-of-the-client'))],
  ['is signed by a stranger', byStranger(() => ({}))],
  ['is signed by a key that nobody knows', byStranger(() => ({ kid: 'unknown' }))],
  ['brings its own key', byStranger((jwk) => ({ jwk }))],
  ['says where its keys are', byStranger(() => ({ jku: 'https://evil.example/keys' }))],
  [
    'has a foreign key in its own signature',
    { idToken: ({ sign, claims }) => sign(claims, { jku: 'https://evil.example' }) },
  ],
  [
    'has extensions that must be understood',
    { idToken: ({ sign, claims }) => sign(claims, { crit: ['exp'], exp: 1 }) },
  ],
  ['is an access token', { idToken: ({ sign, claims }) => sign(claims, { typ: 'at+jwt' }) }],
  ['is the access token itself', { token: (body) => ({ body: { ...body, id_token: body['access_token'] } }) }],
  ['is none at all', { token: (body) => ({ body: without(body, 'id_token') }) }],
  ['is a list', { idToken: async ({ sign, claims }) => [await sign(claims)] }],
  ['is three megabytes long', { idToken: ({ sign, claims }) => sign({ ...claims, pad: HUGE }) }],
  ['is encrypted for nobody', { idToken: () => 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAA.BBBB.CCCC' }],
  ['is no JSON', { token: () => ({ body: '<html>' }) }],
  ['is a redirect', { token: (_, { op }) => ({ status: 302, headers: { location: `${op.url}/token` } }) }],
  [
    'is a redirect to the metadata service',
    { token: () => ({ status: 307, headers: { location: 'http://169.254.169.254/' } }) },
  ],
  [
    'refuses the code',
    { token: () => ({ status: 400, body: { error: 'invalid_grant', error_description: HUGE.slice(0, 9_000) } }) },
  ],
  ['has keys that are three megabytes long', { keys: (keys) => ({ body: { keys, pad: HUGE } }) }],
  ['has no keys', { keys: () => ({ body: { keys: [] } }) }],
  ['has keys of no form', { keys: () => ({ body: { keys: 'none' } }) }],
  [
    'has keys that are none',
    { keys: () => ({ body: { keys: [{ kty: 'RSA', kid: 'key-1', n: '!', e: 'AQAB' }, null, 7] } }) },
  ],
  [
    'has a shared secret among its keys',
    { keys: () => ({ body: { keys: [{ kty: 'oct', kid: 'key-1', k: 'AAAA' }] } }) },
  ],
  ['has its keys elsewhere', { keys: () => ({ status: 302, headers: { location: 'http://127.0.0.1:9/' } }) }],
];

const DISCOVERIES: [string, NonNullable<Attack['discovery']>][] = [
  ['is of another issuer', (document) => ({ body: { ...document, issuer: 'https://accounts.google.com' } })],
  ['is of none', (document) => ({ body: without(document, 'issuer') })],
  ['is a redirect', () => ({ status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data' } })],
  ['is no JSON', () => ({ body: '<html>' })],
  ['is a list', () => ({ body: [] })],
  ['is three megabytes long', (document) => ({ body: { ...document, pad: HUGE } })],
  ['names no keys', (document) => ({ body: without(document, 'jwks_uri') })],
  ['names keys in a file', (document) => ({ body: { ...document, jwks_uri: 'file:///etc/passwd' } })],
  [
    'sends people to a script',
    (document) => ({ body: { ...document, authorization_endpoint: 'javascript:alert(1)' } }),
  ],
  ['sends people nowhere', (document) => ({ body: without(document, 'authorization_endpoint') })],
];

describe('a hostile OpenID provider', () => {
  let t: TestApp;
  let op: HostileOp;
  let other: HostileOp;
  const ops: HostileOp[] = [];

  const entry = (slug: string, { url }: HostileOp) => ({
    slug,
    kind: 'oidc',
    label: slug,
    issuer: url,
    allowPrivate: true,
    clientId: 'sluice',
    clientSecret: 'a-secret-of-the-client',
  });

  beforeAll(async () => {
    const keys = await newKeys();
    const start = async (attack: Attack = {}): Promise<HostileOp> => {
      const each = await HostileOp.start(keys);
      each.attack = attack;
      ops.push(each);
      return each;
    };
    [op, other] = [await start(), await start()];
    // One of its own for each, because keys and documents of an honest moment are remembered.
    const attacks = await Promise.all(ATTACKS.map(([, attack]) => start(attack)));
    const discoveries = await Promise.all(DISCOVERIES.map(([, discovery]) => start({ discovery })));
    t = await createApp({
      environment: {
        PUBLIC_URL: ORIGIN,
        AUTH_NETWORK_RATE_MAX: '100000',
        IDENTITY_PROVIDERS: JSON.stringify([
          entry('op', op),
          entry('other', other),
          ...attacks.map((each, index) => entry(`attack-${index}`, each)),
          ...discoveries.map((each, index) => entry(`discovery-${index}`, each)),
        ]),
      },
    });
  });
  afterAll(async () => {
    await t.close();
    await Promise.all(ops.map((each) => each.close()));
  });
  beforeEach(() => {
    op.attack = {};
    other.attack = {};
  });

  const browser = () => new Browser({ [ORIGIN]: t.url });
  const everything = async () =>
    (
      await t.db.query<{ n: number }>(
        'SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM identities) + (SELECT count(*) FROM sessions) AS n',
      )
    ).rows[0]?.n;
  const begin = async (user: Browser, slug = 'op') =>
    (await user.call<{ data: { authUrl: string } }>(`${ORIGIN}/api/auth/login?provider=${slug}&returnTo=/chat`)).body
      .data.authUrl;
  /** Where the provider sends the browser back to. */
  const answerOf = async (authUrl: string) =>
    new URL((await fetch(authUrl, { redirect: 'manual' })).headers.get('location') ?? '');

  it('A-28 is let through while it is honest, so that what follows is refused for the attack', async () => {
    const page = await browser().visit(`${ORIGIN}/api/auth/oauth/op?returnTo=/chat`);
    expect(page.url.href).toBe(`${ORIGIN}/chat`);
  });

  it.each(ATTACKS.map(([name], index) => [name, `attack-${index}`]))(
    'A-28 that %s lets nobody in',
    async (_case, slug) => {
      const before = await everything();
      const [program, person] = [browser(), browser()];
      const callback = await answerOf(await begin(program, slug));
      const { status, body } = await program.call(callback.href);
      expect([400, 401]).toContain(status);
      expect(body).toMatchObject({ error: { code: expect.any(String) as string } });
      expect(JSON.stringify(body)).not.toContain('eyJ');
      const page = await person.visit(`${ORIGIN}/api/auth/oauth/${slug}?returnTo=/chat`);
      expect(page.status === 400 || page.url.href.startsWith(`${ORIGIN}/chat?error=`)).toBe(true);
      expect(person.cookie(ORIGIN, 'sluice_refresh')).toBeUndefined();
      expect(await everything()).toBe(before);
    },
  );

  it.each(DISCOVERIES.map(([name], index) => [name, `discovery-${index}`]))(
    'A-28 whose discovery document %s gets nobody sent to it',
    async (_case, slug) => {
      const { status, body } = await t.http.get(`/api/auth/login?provider=${slug}`);
      expect([status, body]).toMatchObject([401, { error: { code: 'identity_provider_untrusted' } }]);
    },
  );

  it('A-28 cannot use an answer of an honest provider that was meant for another sign-in (replay, mix-up)', async () => {
    const before = await everything();
    const user = browser();
    const [first, second] = [await answerOf(await begin(user)), await answerOf(await begin(user))];
    const swapped = new URL(first.href);
    swapped.searchParams.set('code', second.searchParams.get('code') ?? '');
    expect((await user.call(swapped.href)).status).toBe(401);
    // The honest provider's code, led to the other one, which would get it to redeem.
    const mixed = await answerOf(await begin(user, 'other'));
    const honest = await answerOf(await begin(user));
    mixed.searchParams.set('code', honest.searchParams.get('code') ?? '');
    mixed.searchParams.set('iss', honest.searchParams.get('iss') ?? '');
    expect((await user.call(mixed.href)).status).toBe(401);
    mixed.pathname = '/api/auth/callback/op';
    expect((await user.call(mixed.href)).status).toBe(400);
    expect(await everything()).toBe(before);
  });

  it('A-28 cannot give out the token of another person as the answer to a question that it was not', async () => {
    const before = await everything();
    let stolen = '';
    op.attack = {
      idToken: async ({ sign, claims }) => (stolen = await sign({ ...claims, sub: 'administrator' })),
      token: () => ({ status: 400, body: { error: 'invalid_grant' } }),
    };
    const user = browser();
    await user.call((await answerOf(await begin(user))).href);
    op.attack = { idToken: () => stolen };
    expect((await user.call((await answerOf(await begin(user))).href)).status).toBe(401);
    expect(stolen).not.toBe('');
    expect(await everything()).toBe(before);
  });

  it("A-28 says nothing of people whom another provider knows: the same subject is somebody else's", async () => {
    op.subject = other.subject = 'one-name';
    op.attack = claiming((claims) => ({ ...claims, email: 'one-of-op@example.com' }));
    other.attack = claiming((claims) => ({ ...claims, email: 'one-of-other@example.com' }));
    const ids = await Promise.all(
      ['op', 'other'].map(async (slug) => {
        const user = browser();
        const { body } = await user.call<{ data: { user: { id: string } } }>(
          (await answerOf(await begin(user, slug))).href,
        );
        return body.data.user.id;
      }),
    );
    expect(ids[0]).not.toBe(ids[1]);
    op.subject = other.subject = 'victim';
  });

  it('A-28 does not get an account by naming its address, checked or not', async () => {
    const victim = await givenUser(t, { role: 'admin' });
    for (const email_verified of [true, false, 'true', 1]) {
      op.subject = `impostor-${String(email_verified)}`;
      op.attack = claiming((claims) => ({ ...claims, email: victim.email, email_verified }));
      const user = browser();
      const { status, body } = await user.call((await answerOf(await begin(user))).href);
      const isChecked = email_verified === true || email_verified === 'true';
      expect([status, body]).toMatchObject(
        isChecked
          ? [409, { error: { code: 'provider_mismatch' } }]
          : [403, { error: { code: 'provider_email_unverified' } }],
      );
    }
    op.subject = 'victim';
  });

  it('A-28 tells about somebody else at its userinfo endpoint, and is not believed', async () => {
    const before = await everything();
    op.attack = {
      idToken: ({ sign, claims }) => sign({ ...without(claims, 'email'), sub: 'somebody-new' }),
      userinfo: () => ({ body: { sub: 'somebody-else', email: 'else@example.com', email_verified: true } }),
    };
    const user = browser();
    expect((await user.call((await answerOf(await begin(user))).href)).status).toBe(401);
    expect(await everything()).toBe(before);
  });

  it('A-28 with a new key is known by it, and made-up names of keys are not looked for each time', async () => {
    const user = browser();
    const signIn = async () => (await user.call((await answerOf(await begin(user))).href)).status;
    expect(await signIn()).toBe(200);
    op.keys = await newKeys();
    op.kid = 'key-2';
    const now = Date.now.bind(Date);
    const ahead = jest.spyOn(Date, 'now').mockImplementation(() => now() + 15_000);
    try {
      expect(await signIn()).toBe(200);
      const before = op.asked.get('/jwks') ?? 0;
      op.attack = byStranger(() => ({ kid: 'made-up' }));
      for (let i = 0; i < 5; i += 1) expect(await signIn()).toBe(401);
      expect(op.asked.get('/jwks')).toBe(before);
    } finally {
      ahead.mockRestore();
    }
  });

  it('A-28 leaves rows in the audit log, as many as strangers may, and no failure of ours in the log', async () => {
    const { rows } = await t.db.query<{ provider: string }>(
      `SELECT DISTINCT new_values->>'provider' AS provider FROM audit_logs WHERE action = 'SIGN_IN_FAILED' AND NOT success`,
    );
    expect(rows.length).toBeGreaterThan(5);
    expect(t.logs.join('')).not.toMatch(/"level":50/);
    expect(t.logs.join('')).not.toContain('a-secret-of-the-client');
  });
});
