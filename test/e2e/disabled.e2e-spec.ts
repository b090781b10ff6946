import { createHmac } from 'node:crypto';
import { deriveKey } from '#libs/crypto';
import { createApp, type TestApp } from '../support/app.js';
import { cookieOf } from '../support/cookies.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey, type GivenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import { TestHttp } from '../support/http.js';

const JWT_SECRET = 'q8Zr2vK6xT1mW9bN4cL7yH3pD5sF0gJa';
const DEFAULT_TEAM = 'a0000000-0000-4000-8000-000000000001';
const REFUSED_WITHIN_MS = 1_000;
const CUT_WITHIN_MS = 5_000;

interface Caller {
  readonly user: GivenUser;
  readonly key: GivenApiKey;
  readonly model: string;
  readonly refreshToken: string;
}

type Withdrawal = (t: TestApp, admin: GivenUser, caller: Caller) => Promise<unknown>;

const suspend: Withdrawal = (_, admin, { user }) => admin.http.post(`/api/v1/admin/users/${user.id}/suspend`);
const ban: Withdrawal = (_, admin, { user }) =>
  admin.http.post(`/api/v1/admin/users/${user.id}/ban`, { duration: '1h' });

/** Ways to shut a caller out. */
const WITHDRAWALS: readonly [what: string, withdraw: Withdrawal][] = [
  ['somebody is suspended', suspend],
  ['somebody is banned', ban],
  ['an API key is revoked', (_, __, { user, key }) => user.http.delete(`/api/v1/api-keys/${key.id}`)],
  [
    "somebody leaves the key's team",
    (t, _, { user }) => t.db.query('DELETE FROM team_members WHERE user_id = $1', [user.id]),
  ],
];

describe('disabled means disabled', () => {
  let up: FakeUpstream;
  let t: TestApp;
  let other: TestApp;
  let admin: GivenUser;

  beforeAll(async () => {
    up = await FakeUpstream.start();
    up.models([{ id: 'listed' }]);
    const environment = { LITELLM_API_URL: up.url, LITELLM_API_KEY: 'sk-upstream-0123456789abcdef', JWT_SECRET };
    t = await createApp({ environment });
    other = await createApp({ databaseUrl: t.databaseUrl, environment: { ...environment, RUN_JOBS: 'false' } });
    admin = await givenUser(t, { role: 'admin' });
  });
  beforeEach(() => up.reset());
  afterAll(async () => {
    await other.close();
    await t.close();
    await up.stop();
  });

  async function givenCaller(): Promise<Caller> {
    const user = await givenUser(t);
    const { email, password } = user;
    const signedIn = await t.http.post('/api/auth/login', { email, password });
    const { id: model } = await givenModel(t, { provider: 'litellm', upstreamName: 'listed' });
    await givenSubscription(t, user, model);
    const key = await givenApiKey(t, user, [model]);
    await t.db.query('UPDATE api_keys SET team_id = $2 WHERE id = $1', [key.id, DEFAULT_TEAM]);
    return { user, model, key, refreshToken: cookieOf(signedIn, 'sluice_refresh')?.value ?? '' };
  }

  const ask = ({ key, model }: Caller, more: object = {}, requestId = '') =>
    fetch(`${other.url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key.key}`,
        'content-type': 'application/json',
        ...(requestId === '' ? {} : { 'x-request-id': requestId }),
      },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }], ...more }),
    });

  /** What every credential of the caller gets on the other replica. */
  async function standing(caller: Caller): Promise<{ session: number; refresh: number; key: number }> {
    const { user, refreshToken } = caller;
    const [sessionId = ''] = refreshToken.split('.');
    const csrf = createHmac('sha256', deriveKey(JWT_SECRET, 'csrf')).update(sessionId).digest('base64url');
    const session = await new TestHttp(other.url).bearer(user.token).get('/api/v1/auth/me');
    const key = await ask(caller);
    await key.arrayBuffer();
    // Last, because where it is good it is changed.
    const refresh = await other.http.post('/api/auth/refresh', undefined, {
      headers: { cookie: `sluice_refresh=${refreshToken}`, 'x-csrf-token': csrf },
    });
    return { session: session.status, refresh: refresh.status, key: key.status };
  }

  describe.each([
    ['by its notification', true],
    ['when its notification is lost', false],
  ])('on the other replica %s', (_how, isAnnounced) => {
    beforeAll(() => isAnnounced || t.db.query('ALTER TABLE changes DISABLE TRIGGER changes_announce'));
    afterAll(() => isAnnounced || t.db.query('ALTER TABLE changes ENABLE TRIGGER changes_announce'));

    it.each<[string, Withdrawal, object]>([
      ['AD-03 somebody is suspended', suspend, { session: 401, refresh: 401, key: 401 }],
      ['AD-12 somebody is banned', ban, { session: 403, refresh: 401, key: 403 }],
    ])('%s: every credential is refused within a second', async (_row, withdraw, refused) => {
      const caller = await givenCaller();
      await new Promise((resolve) => setTimeout(resolve, isAnnounced ? 100 : 700));
      // What is known is refused as well as what is asked for the first time.
      expect((await new TestHttp(other.url).bearer(caller.user.token).get('/api/v1/auth/me')).status).toBe(200);
      const known = await ask(caller);
      await known.arrayBuffer();
      expect(known.status).toBe(200);
      await withdraw(t, admin, caller);
      const startedAt = performance.now();
      await eventually(async () => expect(await standing(caller)).toEqual(refused), REFUSED_WITHIN_MS);
      expect(performance.now() - startedAt).toBeLessThan(REFUSED_WITHIN_MS);
    });

    it.each(WITHDRAWALS)(
      '%s: a running stream is cut within five seconds, told why, and billed once',
      async (_, withdraw) => {
        const caller = await givenCaller();
        const requestId = `cut-${caller.key.id}`;
        up.next({ pauseAfterChunks: 2 });
        const answer = await ask(caller, { stream: true }, requestId);
        expect(answer.status).toBe(200);
        await withdraw(t, admin, caller);
        const startedAt = performance.now();
        const text = await answer.text();
        expect(performance.now() - startedAt).toBeLessThan(CUT_WITHIN_MS);
        expect(text).toContain('access_withdrawn');
        expect(text).not.toContain('[DONE]');
        await eventually(() => expect(up.last.aborted).toBe(true));
        await eventually(async () => {
          const { rows } = await t.db.query('SELECT status FROM usage_events WHERE request_id = $1', [requestId]);
          expect(rows).toEqual([{ status: 'aborted' }]);
        });
      },
    );
  });

  it('a call that waits for its answer is refused, and another one of somebody else goes on', async () => {
    const [caller, bystander] = [await givenCaller(), await givenCaller()];
    up.next({ pauseAfterChunks: 0 }).next({ pauseAfterChunks: 2 });
    const refused = ask(caller);
    await eventually(() => expect(up.calls).toHaveLength(1));
    const stream = await ask(bystander, { stream: true });
    await suspend(t, admin, caller);
    const answer = await refused;
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('access_withdrawn')]);
    up.release();
    expect(await stream.text()).toContain('[DONE]');
  });
});
