import { createApp, type TestApp } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { FakeSocial, SOCIAL_KINDS, type SocialKind, type SocialPerson } from '../support/fake-social.js';
import { givenUser } from '../support/given/users.js';

const ORIGIN = 'https://sluice.test';

interface SessionBody {
  data: { accessToken: string; user: { id: string; email: string; role: string; name: string } };
}

describe('sign-in with social providers', () => {
  let social: FakeSocial;
  let t: TestApp;
  let people = 0;

  beforeAll(async () => {
    social = await FakeSocial.start();
    const rules: Partial<Record<SocialKind, object>> = {
      github: { roleMapping: { 'maas-admins': 'admin' } },
      discord: { roleMapping: { '900': 'admin-readonly' } },
      google: { roleMapping: { 'example.com': 'admin-readonly' } },
      gitlab: { roleMapping: { 'maas-admins': 'admin' }, claims: { groups: 'groups_direct' } },
    };
    const providers = await Promise.all(SOCIAL_KINDS.map((kind) => social.provider(kind, rules[kind])));
    t = await createApp({
      environment: {
        PUBLIC_URL: ORIGIN,
        AUTH_NETWORK_RATE_MAX: '100000',
        IDENTITY_PROVIDERS: JSON.stringify(providers),
      },
    });
  });
  afterAll(async () => {
    await t.close();
    await social.close();
  });

  const somebody = (more: Partial<SocialPerson> = {}): SocialPerson => {
    const id = String(1_000 + (people += 1));
    return { id, email: `person-${id}@example.com`, name: 'Ada Lovelace', ...more };
  };
  const count = async () =>
    (
      await t.db.query<{ n: number }>(
        'SELECT ((SELECT count(*) FROM users) + (SELECT count(*) FROM identities))::int AS n',
      )
    ).rows[0]?.n;
  async function signIn(kind: SocialKind, person: SocialPerson) {
    social.person = person;
    const browser = new Browser({ [ORIGIN]: t.url });
    const page = await browser.visit(`${ORIGIN}/api/auth/oauth/${kind}?returnTo=/chat`);
    const session = await browser.call<SessionBody>(`${ORIGIN}/api/auth/refresh`, { method: 'POST' });
    return { page, session };
  }

  it.each(SOCIAL_KINDS)('A-30 makes an account with a linked identity on the way to %s and back', async (kind) => {
    const person = somebody();
    const { page, session } = await signIn(kind, person);
    expect(page.url.href).toBe(`${ORIGIN}/chat`);
    expect(session.body.data.user).toMatchObject({ email: person.email, name: 'Ada Lovelace', role: 'user' });
    const { rows } = await t.db.query('SELECT issuer, subject, provider FROM identities WHERE user_id = $1', [
      session.body.data.user.id,
    ]);
    expect(rows).toEqual([{ issuer: `${social.url}/${kind}`, subject: person.id, provider: kind }]);
    const again = await signIn(kind, { ...person, email: `moved-${person.id}@example.com` });
    expect(again.session.body.data.user).toMatchObject({ id: session.body.data.user.id, email: person.email });
  });

  it.each(SOCIAL_KINDS)(
    'A-30 sends whoever has an account by another way back from %s with provider_mismatch',
    async (kind) => {
      const local = await givenUser(t);
      const before = await count();
      const { page, session } = await signIn(kind, somebody({ email: local.email }));
      expect(page.url.href).toBe(`${ORIGIN}/chat?error=provider_mismatch`);
      expect(session.status).toBe(401);
      expect(await count()).toBe(before);
    },
  );

  it.each(['github', 'discord', 'google', 'gitlab', 'apple'] as const)(
    'A-30 makes no account of an address that %s has not checked',
    async (kind) => {
      const before = await count();
      const { page } = await signIn(kind, somebody({ emailVerified: false }));
      expect(page.url.search).toBe('?error=provider_email_unverified');
      expect(await count()).toBe(before);
    },
  );

  it.each(['github', 'discord', 'facebook', 'google', 'apple'] as const)(
    'A-30 makes no account without an address from %s',
    async (kind) => {
      const { id, name } = somebody();
      expect((await signIn(kind, { id, name })).page.url.search).toBe('?error=provider_email_missing');
    },
  );

  it.each(SOCIAL_KINDS)('A-30 takes a no at %s for a no', async (kind) => {
    social.denies = true;
    try {
      const { page, session } = await signIn(kind, somebody());
      expect(page.url.search).toBe('?error=identity_provider_refused');
      expect(session.status).toBe(401);
    } finally {
      social.denies = false;
    }
  });

  it.each<[SocialKind, string, readonly string[]]>([
    ['github', 'admin', ['maas-admins']],
    ['gitlab', 'admin', ['maas-admins']],
    ['discord', 'admin-readonly', ['900']],
    ['google', 'admin-readonly', ['example.com']],
  ])('A-29 follows the groups of %s, down as well as up', async (kind, role, groups) => {
    await givenUser(t, { role: 'admin' });
    const person = somebody({ groups });
    expect((await signIn(kind, person)).session.body.data.user.role).toBe(role);
    expect((await signIn(kind, { ...person, groups: [] })).session.body.data.user.role).toBe('user');
  });

  it('A-30 knows people at different providers for different people, whatever their numbers', async () => {
    const ids = new Set<string>();
    for (const kind of SOCIAL_KINDS) {
      const person = { id: '77', email: `seventy-seven@${kind}.example.com`, name: 'Seven' };
      ids.add((await signIn(kind, person)).session.body.data.user.id);
    }
    expect(ids.size).toBe(SOCIAL_KINDS.length);
  });

  it.each<[SocialKind, string, object]>([
    ['github', 'access_token', { body: { error: 'bad_verification_code' } }],
    ['github', '/api/user', { status: 401, body: { message: 'Bad credentials' } }],
    ['github', '/api/user', { body: { login: 'ada' } }],
    ['github', '/api/user', { body: { id: '../1', login: 'ada' } }],
    ['github', '/api/user', { body: { id: 1.5, login: 'ada' } }],
    ['github', '/api/user', { body: [] }],
    ['github', '/api/user', { body: '<html>' }],
    ['github', '/api/user', { status: 302, body: '', headers: { location: 'http://169.254.169.254/' } }],
    ['github', '/api/user', { body: { id: 1, pad: 'x'.repeat(2_000_000) } }],
    ['discord', '/token', { body: { access_token: 7, token_type: 'Bearer' } }],
    ['discord', '/token', { body: { access_token: 'a', token_type: 'mac' } }],
    ['discord', '/users/@me', { body: { id: null, email: 'x@example.com', verified: true } }],
    [
      'facebook',
      '/access_token',
      { status: 400, body: { error: { message: 'Invalid verification code', code: 100 } } },
    ],
    ['facebook', '/me', { body: { error: { message: 'expired' } } }],
    ['google', '/token', { body: { access_token: 'a', token_type: 'Bearer' } }],
    ['gitlab', '/userinfo', { body: { sub: 'another', email: 'a@example.com', email_verified: true } }],
    ['apple', '/token', { status: 400, body: { error: 'invalid_client' } }],
    ['microsoft', '/token', { body: { access_token: 'a', token_type: 'Bearer', id_token: 'a.b.c' } }],
  ])('A-30 lets nobody in by what %s never answers at %s', async (kind, suffix, answer) => {
    const before = await count();
    social.override(suffix, answer as never);
    const { page, session } = await signIn(kind, somebody());
    expect(page.url.search).toBe('?error=identity_provider_untrusted');
    expect(session.status).toBe(401);
    expect(await count()).toBe(before);
  });

  it('A-30 tells when a provider is away', async () => {
    social.override('/api/user', { status: 503, body: {} });
    expect((await signIn('github', somebody())).page.url.search).toBe('?error=identity_provider_unavailable');
  });

  it('A-30 proves itself to Apple with a token of its own, and takes the name that comes once', async () => {
    const person = somebody({ name: 'Grace Hopper' });
    const { page, session } = await signIn('apple', person);
    expect(page.way).toContain(`${ORIGIN}/api/auth/callback/apple`);
    expect(session.body.data.user.name).toBe('Grace Hopper');
    const later = await signIn('apple', { ...person, name: 'Nobody Else' });
    expect(later.session.body.data.user).toMatchObject({ id: session.body.data.user.id, name: 'Grace Hopper' });
  });

  it('A-30 sends the cookie along that a form of another site needs, and to no other', async () => {
    const cookieOf = async (kind: SocialKind) =>
      (await t.http.get(`/api/auth/login?provider=${kind}`)).headers.get('set-cookie') ?? '';
    expect(await cookieOf('apple')).toMatch(/SameSite=None/);
    expect(await cookieOf('apple')).toMatch(/Secure/);
    expect(await cookieOf('github')).toMatch(/SameSite=Lax/);
  });

  it('takes forms at the address that is for them alone, of the size that they have', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const send = (path: string, body: string) => t.http.send('POST', path, { body, headers: form });
    expect((await send('/api/auth/login', 'email=a@example.com&password=x')).status).toBe(415);
    expect((await send('/api/auth/callback/apple', 'code=a&state=b')).body).toMatchObject({
      error: { code: 'sign_in_flow_unknown' },
    });
    for (const body of ['state=a&state=b', 'state=%00', '__proto__=x&state=a', 'state=%ff%fe']) {
      expect((await send('/api/auth/callback/apple', body)).status).toBe(400);
    }
    expect((await send('/api/auth/callback/apple', `state=${'x'.repeat(20_000)}`)).status).toBe(413);
    expect((await t.http.post('/api/auth/callback/apple', { state: 'x' })).status).toBe(415);
  });
});
