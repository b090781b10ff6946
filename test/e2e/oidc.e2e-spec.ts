import { createApp, type TestApp } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { GIVEN_PASSWORD, givenUser } from '../support/given/users.js';
import { HonestOp, type OpPerson } from '../support/honest-op.js';

const ORIGIN = 'https://sluice.test';

interface SessionBody {
  data: { accessToken: string; user: { id: string; email: string; role: string; name: string } };
}

describe('sign-in with OpenID Connect', () => {
  let op: HonestOp;
  let t: TestApp;
  let replica: TestApp;
  let people = 0;

  beforeAll(async () => {
    const callbacks = ['company', 'members', 'closed'].map((slug) => `${ORIGIN}/api/auth/callback/${slug}`);
    op = await HonestOp.start(callbacks);
    const provider = {
      kind: 'oidc',
      issuer: op.url,
      allowPrivate: true,
      clientId: 'sluice',
      clientSecret: 'a-secret-of-the-client',
      scopes: ['openid', 'email', 'profile', 'groups'],
    };
    const environment = {
      PUBLIC_URL: ORIGIN,
      JWT_SECRET: 'q8Zr2vK6xT1mW9bN4cL7yH3pD5sF0gJa',
      AUTH_NETWORK_RATE_MAX: '100000',
      IDENTITY_PROVIDERS: JSON.stringify([
        { ...provider, slug: 'company', label: 'Company', roleMapping: { 'maas-admins': 'admin' } },
        { ...provider, slug: 'members', label: 'Members', requiredGroups: ['staff'] },
        { ...provider, slug: 'closed', label: 'Closed', allowSignUp: false },
      ]),
    };
    t = await createApp({ environment });
    replica = await createApp({ environment, databaseUrl: t.databaseUrl });
  });
  afterAll(async () => {
    await replica.close();
    await t.close();
    await op.close();
  });

  const somebody = (more: Partial<OpPerson> = {}): OpPerson => {
    const sub = `person-${(people += 1)}`;
    return { sub, email: `${sub}@company.example.com`, email_verified: true, name: 'Ada Lovelace', ...more };
  };
  const count = async () => (await t.db.query<{ n: number }>('SELECT count(*)::int AS n FROM users')).rows[0]?.n;
  /** A browser that knows where the application is; `at` is where its addresses lead. */
  const browserAt = (at: () => string = () => t.url) =>
    new Browser(new Proxy({ [ORIGIN]: '' }, { get: (all, name) => (name in all ? at() : undefined) }));

  /** Goes the whole way as the person, each in a fresh browser. */
  async function signIn(person: OpPerson, slug = 'company', returnTo = '/chat') {
    op.person = person;
    const browser = browserAt();
    const page = await browser.visit(`${ORIGIN}/api/auth/oauth/${slug}?returnTo=${encodeURIComponent(returnTo)}`);
    const session = await browser.call<SessionBody>(`${ORIGIN}/api/auth/refresh`, { method: 'POST' });
    return { browser, page, session };
  }
  /** As far as the address that the provider sends the browser back to. */
  async function comeBack(person: OpPerson, slug = 'company') {
    op.person = person;
    const browser = browserAt();
    const { body } = await browser.call<{ data: { authUrl: string } }>(
      `${ORIGIN}/api/auth/login?provider=${slug}&returnTo=/chat`,
    );
    let location = body.data.authUrl;
    const jar = new Map<string, string>();
    while (!location.startsWith(ORIGIN)) {
      const answer = await fetch(location, {
        redirect: 'manual',
        headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      });
      for (const line of answer.headers.getSetCookie()) {
        const [pair = ''] = line.split(';');
        jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
      }
      location = new URL(answer.headers.get('location') ?? '', location).href;
    }
    return { browser, authUrl: new URL(body.data.authUrl), callback: new URL(location) };
  }

  it('A-28 sends people away with state, nonce and an S256 challenge, to come back to one exact address', async () => {
    const { body, headers } = await t.http.get<{ data: { authUrl: string } }>('/api/auth/login?provider=company');
    const { origin, searchParams } = new URL(body.data.authUrl);
    expect(origin).toBe(op.url);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'sluice',
      redirect_uri: `${ORIGIN}/api/auth/callback/company`,
      scope: 'openid email profile groups',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
      state: expect.stringMatching(/^[\w-]{43}$/) as string,
      nonce: expect.stringMatching(/^[\w-]{43}$/) as string,
    });
    expect(headers.get('set-cookie')).toMatch(
      /^sluice_sign_in=[\w-]{43}; Max-Age=900; Path=\/api\/auth; HttpOnly; SameSite=Lax$/,
    );
  });

  it('A-28 signs somebody in, with a cookie for their browser and nothing secret in any address', async () => {
    const person = somebody();
    const { page, session, browser } = await signIn(person);
    expect(page.url.href).toBe(`${ORIGIN}/chat`);
    expect(session.body.data.user).toMatchObject({ email: person.email, name: 'Ada Lovelace', role: 'user' });
    expect(page.way.join(' ')).not.toContain(session.body.data.accessToken);
    expect(browser.cookie(ORIGIN, 'sluice_refresh')).toBeDefined();
    const again = await signIn({ ...person, email: 'moved@example.com' });
    expect(again.session.body.data.user.id).toBe(session.body.data.user.id);
    const { rows } = await t.db.query(`SELECT methods FROM sessions WHERE user_id = $1`, [session.body.data.user.id]);
    expect(rows[0]).toEqual({ methods: ['fed'] });
  });

  it('A-28 answers programs with the session itself', async () => {
    const person = somebody();
    const { browser, callback } = await comeBack(person);
    const { status, body } = await browser.call<SessionBody>(callback.href);
    expect([status, body.data.user.email]).toEqual([200, person.email]);
    expect((await t.http.bearer(body.data.accessToken).get('/api/v1/auth/me')).status).toBe(200);
  });

  it('A-28 finishes on one replica what another began', async () => {
    const person = somebody();
    op.person = person;
    let turn = 0;
    const browser = browserAt(() => [t.url, replica.url][(turn += 1) % 2] ?? '');
    const page = await browser.visit(`${ORIGIN}/api/auth/oauth/company?returnTo=/chat`);
    expect(page.url.href).toBe(`${ORIGIN}/chat`);
    expect(turn).toBe(2);
  });

  it.each<[string, (url: URL) => void]>([
    [
      'an altered state',
      ({ searchParams }) => searchParams.set('state', `${searchParams.get('state')?.slice(1) ?? ''}A`),
    ],
    ['another state', ({ searchParams }) => searchParams.set('state', 'A'.repeat(43))],
    ['no state', ({ searchParams }) => searchParams.delete('state')],
    ['an empty state', ({ searchParams }) => searchParams.set('state', '')],
    ['two states', ({ searchParams }) => searchParams.append('state', 'x')],
    ['a state that is too long', ({ searchParams }) => searchParams.set('state', 'x'.repeat(9_000))],
  ])('A-28 refuses %s with 400, and leaves no trace', async (_case, alter) => {
    const before = await count();
    const { browser, callback } = await comeBack(somebody());
    alter(callback);
    const { status } = await browser.call(callback.href);
    expect(status).toBe(400);
    expect(await count()).toBe(before);
  });

  it('A-28 refuses a state that came back before, also many at once', async () => {
    const { browser, callback } = await comeBack(somebody());
    const answers = await Promise.all(Array.from({ length: 5 }, () => browser.call(callback.href)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400, 400, 400, 400]);
    expect((await browser.call(callback.href)).status).toBe(400);
  });

  it('A-28 refuses to finish in a browser what was begun in another one', async () => {
    const { callback } = await comeBack(somebody());
    const other = browserAt();
    await other.call(`${ORIGIN}/api/auth/login?provider=company`);
    const before = await count();
    const { status, body } = await other.call(callback.href);
    expect([status, body]).toMatchObject([400, { error: { code: 'sign_in_flow_unknown' } }]);
    expect((await t.http.get(callback.pathname + callback.search)).status).toBe(400);
    expect(await count()).toBe(before);
  });

  it('A-28 refuses a code of another sign-in, an issuer that is another, and the address of another provider', async () => {
    const before = await count();
    const code = await comeBack(somebody());
    const other = await comeBack(somebody());
    code.callback.searchParams.set('code', other.callback.searchParams.get('code') ?? '');
    expect((await code.browser.call(code.callback.href)).status).toBe(401);
    const issuer = await comeBack(somebody());
    issuer.callback.searchParams.set('iss', 'https://evil.example');
    expect((await issuer.browser.call(issuer.callback.href)).status).toBe(401);
    const silent = await comeBack(somebody());
    silent.callback.searchParams.delete('iss');
    expect((await silent.browser.call(silent.callback.href)).status).toBe(401);
    for (const path of ['/api/auth/callback/members', '/api/auth/callback', '/api/auth/callback/nobody']) {
      const mixed = await comeBack(somebody());
      mixed.callback.pathname = path;
      const { status, body } = await mixed.browser.call(mixed.callback.href);
      expect([status, body]).toMatchObject([401, { error: { code: 'identity_provider_untrusted' } }]);
    }
    expect(await count()).toBe(before);
  });

  it('A-28 tells who comes too late to begin again, in the page that they came from', async () => {
    const { browser, callback } = await comeBack(somebody());
    t.clock.advance({ minutes: 11 });
    try {
      const page = await browser.visit(callback.href);
      expect(page.url.href).toBe(`${ORIGIN}/chat?error=sign_in_flow_expired`);
    } finally {
      t.clock.advance({ minutes: -11 });
    }
  });

  it('A-28 tells of whatever the provider says instead', async () => {
    const { browser, callback } = await comeBack(somebody());
    callback.searchParams.delete('code');
    callback.searchParams.set('error', 'access_denied');
    callback.searchParams.set('error_description', '<script>alert(1)</script>');
    const page = await browser.visit(callback.href);
    expect(page.url.href).toBe(`${ORIGIN}/chat?error=identity_provider_refused`);
  });

  it('A-28 does not know a provider that is not there, nor a way back that leads elsewhere', async () => {
    expect((await t.http.get('/api/auth/login?provider=nobody')).body).toMatchObject({
      error: { code: 'identity_provider_unknown' },
    });
    for (const way of [
      '//evil.com',
      '/\\evil.com',
      'https://evil.com',
      'javascript:alert(1)',
      '/%0d%0aSet-Cookie:a=b',
      '/.//evil.com',
    ]) {
      const { status, body } = await t.http.get(`/api/auth/oauth/company?returnTo=${encodeURIComponent(way)}`);
      expect([status, body]).toMatchObject([400, { error: { code: 'return_to_invalid' } }]);
    }
  });

  it('A-28 goes on for a day with what it knows of a provider, and longer while that is away', async () => {
    const discoveries = () => op.requests.filter((each) => each.includes('/.well-known/')).length;
    const begin = () => t.http.get('/api/auth/login?provider=company');
    await begin();
    const before = discoveries();
    t.clock.advance({ hours: 23 });
    expect((await begin()).status).toBe(200);
    expect(discoveries()).toBe(before);
    t.clock.advance({ hours: 2 });
    op.down = true;
    expect((await begin()).status).toBe(200);
    expect(discoveries()).toBe(before + 1);
    op.down = false;
    t.clock.advance({ minutes: 2 });
    expect((await begin()).status).toBe(200);
    expect(discoveries()).toBe(before + 2);
    t.clock.advance({ hours: -25, minutes: -2 });
  });

  it('A-28 says that a provider is away where nothing is known of it', async () => {
    const gone = await createApp({
      environment: {
        PUBLIC_URL: ORIGIN,
        IDENTITY_PROVIDERS: JSON.stringify([
          {
            slug: 'gone',
            kind: 'oidc',
            label: 'Gone',
            issuer: 'http://127.0.0.1:9',
            allowPrivate: true,
            clientId: 'c',
            clientSecret: 'secret-of-c',
          },
          {
            slug: 'inside',
            kind: 'oidc',
            label: 'Inside',
            issuer: 'https://127.0.0.1:9',
            clientId: 'c',
            clientSecret: 'secret-of-c',
          },
        ]),
      },
      databaseUrl: t.databaseUrl,
    });
    try {
      for (const slug of ['gone', 'inside']) {
        const { status, body, headers } = await gone.http.get(`/api/auth/login?provider=${slug}`);
        expect([status, body]).toMatchObject([503, { error: { code: 'identity_provider_unavailable' } }]);
        expect(headers.get('retry-after')).toBe('5');
      }
      expect(gone.logs.join('')).toContain('address_refused');
      expect(gone.logs.join('')).not.toContain('secret-of-c');
    } finally {
      await gone.close();
    }
  });

  it('A-29 gives a role by a group, and takes it away at the next sign-in, from sessions that go on as well', async () => {
    await givenUser(t, { role: 'admin' });
    const person = somebody({ groups: ['maas-admins', 'others'] });
    const first = await signIn(person);
    expect(first.session.body.data.user.role).toBe('admin');
    const http = t.http.bearer(first.session.body.data.accessToken);
    expect((await http.get('/api/v1/admin/config')).status).toBe(200);
    const second = await signIn({ ...person, groups: ['others'] });
    expect(second.session.body.data.user).toMatchObject({ id: first.session.body.data.user.id, role: 'user' });
    expect((await http.get('/api/v1/admin/config')).status).toBe(403);
    expect((await signIn(person)).session.body.data.user.role).toBe('admin');
  });

  it('A-29 refuses whoever is not in a required group with 403, and lets them in when they are', async () => {
    const before = await count();
    const outsider = somebody({ groups: ['strangers'] });
    const { browser, callback } = await comeBack(outsider, 'members');
    const { status, body } = await browser.call(callback.href);
    expect([status, body]).toMatchObject([403, { error: { code: 'required_group_missing' } }]);
    expect((await signIn(outsider, 'members')).page.url.search).toBe('?error=required_group_missing');
    expect(await count()).toBe(before);
    expect((await signIn({ ...outsider, groups: ['staff'] }, 'members')).session.status).toBe(200);
  });

  it('A-30 never joins accounts by their address: it sends the person back with provider_mismatch', async () => {
    const local = await givenUser(t);
    const before = await count();
    const { page, session } = await signIn(somebody({ email: local.email }), 'company', '/chat?x=1');
    expect(page.url.href).toBe(`${ORIGIN}/chat?x=1&error=provider_mismatch`);
    expect(session.status).toBe(401);
    expect(await count()).toBe(before);
    expect((await local.http.get<{ data: unknown[] }>('/api/v1/auth/identities')).body.data).toEqual([]);
  });

  it('A-22 asks whoever has a second factor here for it, and tells the question to no server', async () => {
    const person = somebody();
    const { session } = await signIn(person);
    await t.db.query(
      `INSERT INTO totp_factors (id, user_id, sealed_secret, sealed_with, enabled_at)
       VALUES (gen_random_uuid(), $1, '\\x00', 'nothing', now())`,
      [session.body.data.user.id],
    );
    const { page, browser, session: none } = await signIn(person);
    expect(page.url.href).toMatch(/^https:\/\/sluice\.test\/chat#mfa_challenge=.{20,}$/);
    expect(browser.cookie(ORIGIN, 'sluice_refresh')).toBeUndefined();
    expect(none.status).toBe(401);
    const program = await comeBack(person);
    const { status, body } = await program.browser.call(program.callback.href);
    expect([status, body]).toMatchObject([200, { data: { mfaRequired: true } }]);
    expect(body).not.toHaveProperty('data.accessToken');
  });

  it('A-28 signs people out whom their provider signs out, and takes nobody else at their word', async () => {
    op.tells = `${t.url}/api/auth/backchannel-logout/company`;
    const [gone, stays] = [await signIn(somebody()), await signIn(somebody())];
    const me = async ({ session }: typeof gone) =>
      (await t.http.bearer(session.body.data.accessToken).get('/api/v1/auth/me')).status;
    expect([await me(gone), await me(stays)]).toEqual([200, 200]);
    await gone.browser.visit(`${op.url}/session/end`);
    expect(op.told).toEqual([204]);
    expect([await me(gone), await me(stays)]).toEqual([401, 200]);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const tell = async (body: string, slug = 'company') =>
      (await t.http.send('POST', `/api/auth/backchannel-logout/${slug}`, { body, headers: form })).status;
    expect(await tell('logout_token=a.b.c')).toBe(400);
    expect(await tell('')).toBe(400);
    expect(await tell('logout_token=a.b.c', 'nobody')).toBe(404);
  });

  describe('identities', () => {
    /** Links an identity to somebody who is signed in, in a browser of theirs. */
    async function link(person: OpPerson, token: string, browser = browserAt()) {
      op.person = person;
      const begun = await browser.call<{ data: { authUrl: string } }>(`${ORIGIN}/api/v1/auth/identities/link`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: { provider: 'company', returnTo: '/profile' },
      });
      return begun.status === 200 ? browser.visit(begun.body.data.authUrl) : begun;
    }
    const list = async (http: TestApp['http']) =>
      (await http.get<{ data: { id: string; provider: string }[] }>('/api/v1/auth/identities')).body.data;

    it('A-30 are linked by whoever is signed in, and then are one more way in to the same account', async () => {
      const local = await givenUser(t);
      const person = somebody({ email: local.email });
      expect(await link(person, local.token)).toMatchObject({ url: { href: `${ORIGIN}/profile?linked=true` } });
      expect(await list(local.http)).toMatchObject([{ provider: 'company' }]);
      expect((await signIn(person)).session.body.data.user.id).toBe(local.id);
      const { rows } = await t.db.query(
        `SELECT actor_id FROM audit_logs WHERE action = 'IDENTITY_LINKED' AND actor_id = $1`,
        [local.id],
      );
      expect(rows).toHaveLength(1);
    });

    it('A-30 belong to one account', async () => {
      const [one, other] = [await givenUser(t), await givenUser(t)];
      const person = somebody();
      await link(person, one.token);
      expect(await link(person, other.token)).toMatchObject({ url: { search: '?error=identity_taken' } });
      expect(await list(other.http)).toEqual([]);
    });

    it('A-30 are linked to nobody whose session has ended meanwhile', async () => {
      const local = await givenUser(t);
      op.person = somebody();
      const browser = browserAt();
      const begun = await browser.call<{ data: { authUrl: string } }>(`${ORIGIN}/api/v1/auth/identities/link`, {
        method: 'POST',
        headers: { authorization: `Bearer ${local.token}` },
        body: { provider: 'company' },
      });
      await local.http.post('/api/auth/logout');
      expect((await browser.visit(begun.body.data.authUrl)).url.search).toBe('?error=unauthorized');
      const { rows } = await t.db.query('SELECT 1 FROM identities WHERE user_id = $1', [local.id]);
      expect(rows).toEqual([]);
    });

    it('A-30 are unlinked, which ends the sessions that they opened, but not the last way in', async () => {
      const local = await givenUser(t);
      const person = somebody();
      await link(person, local.token);
      const [identity] = await list(local.http);
      const federated = await signIn(person);
      const token = federated.session.body.data.accessToken;
      const stranger = await givenUser(t);
      expect((await stranger.http.delete(`/api/v1/auth/identities/${identity?.id ?? ''}`)).status).toBe(404);
      expect((await local.http.delete(`/api/v1/auth/identities/${identity?.id ?? ''}`)).status).toBe(204);
      expect((await t.http.bearer(token).get('/api/v1/auth/me')).status).toBe(401);
      expect((await local.http.get('/api/v1/auth/me')).status).toBe(200);
      // Nobody knows the identity any more, so it makes an account of its own.
      const anew = await signIn(person);
      expect(anew.session.body.data.user.id).not.toBe(local.id);
      const http = t.http.bearer(anew.session.body.data.accessToken);
      const [only] = await list(http);
      expect((await http.delete(`/api/v1/auth/identities/${only?.id ?? ''}`)).body).toMatchObject({
        error: { code: 'last_way_in' },
      });
      expect((await signIn(person)).session.status).toBe(200);
    });

    it('A-30 of which two are unlinked at once leave one', async () => {
      const first = somebody();
      const token = (await signIn(first)).session.body.data.accessToken;
      await link(somebody(), token);
      const http = t.http.bearer(token);
      const identities = await list(http);
      expect(identities).toHaveLength(2);
      const answers = await Promise.all(identities.map(({ id }) => http.delete(`/api/v1/auth/identities/${id}`)));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 409]);
    });

    it('A-30 are linked and unlinked only after a recent proof', async () => {
      const local = await givenUser(t);
      await t.db.query(`UPDATE sessions SET authenticated_at = now() - interval '1 day' WHERE user_id = $1`, [
        local.id,
      ]);
      const begun = await local.http.post('/api/v1/auth/identities/link', { provider: 'company' });
      expect([begun.status, begun.body]).toMatchObject([403, { error: { code: 'recent_auth_required' } }]);
      const ended = await local.http.delete(`/api/v1/auth/identities/${local.id}`);
      expect([ended.status, ended.body]).toMatchObject([403, { error: { code: 'recent_auth_required' } }]);
    });

    it('are a way in for a person with a password of their own as well', async () => {
      const local = await givenUser(t);
      await link(somebody(), local.token);
      const answer = await t.http.post('/api/auth/login', { email: local.email, password: GIVEN_PASSWORD });
      expect(answer.status).toBe(200);
    });
  });

  it('A-28 shows in the public configuration what a console needs for its buttons', async () => {
    const { body } = await t.http.get<{ data: object }>('/api/v1/config');
    expect(body.data).toMatchObject({
      loginMethods: ['password', 'company', 'members', 'closed'],
      identityProviders: [
        { slug: 'company', kind: 'oidc', label: 'Company' },
        { slug: 'members', kind: 'oidc', label: 'Members' },
        { slug: 'closed', kind: 'oidc', label: 'Closed' },
      ],
    });
    expect(JSON.stringify(body)).not.toMatch(/secret|127\.0\.0\.1/);
  });

  it('A-28 writes no secret of a sign-in to the log', async () => {
    const { browser, callback, authUrl } = await comeBack(somebody());
    await browser.call<SessionBody>(callback.href);
    const log = t.logs.join('');
    for (const name of ['state', 'nonce', 'code']) {
      const value = callback.searchParams.get(name) ?? authUrl.searchParams.get(name) ?? '';
      expect(value.length).toBeGreaterThan(20);
      expect(log).not.toContain(value);
    }
    expect(log).not.toContain('a-secret-of-the-client');
  });
});
