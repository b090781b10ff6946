import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey, type GivenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import { TestHttp } from '../support/http.js';

const JWT_SECRET = 'q8Zr2vK6xT1mW9bN4cL7yH3pD5sF0gJa';
const NOTICED_WITHIN_MS = 1_000;

interface Caller {
  readonly user: GivenUser;
  readonly key: GivenApiKey;
  readonly model: string;
  readonly subscriptionId: string;
}

/** What is taken away, how, and how the gateway refuses after that. */
const REVOCATIONS: readonly [what: string, take: (t: TestApp, caller: Caller) => Promise<unknown>, status: number][] = [
  ['an API key', (_t, { user, key }) => user.http.delete(`/api/v1/api-keys/${key.id}`), 401],
  [
    'a subscription',
    (_t, { user, subscriptionId }) => user.http.post(`/api/v1/subscriptions/${subscriptionId}/cancel`),
    403,
  ],
  ['a person', (t, { user }) => t.db.query("UPDATE users SET status = 'inactive' WHERE id = $1", [user.id]), 401],
  [
    'a model',
    (t, { model }) => t.db.query("UPDATE models SET availability = 'unavailable' WHERE id = $1", [model]),
    404,
  ],
  ["a key's model", (t, { key }) => t.db.query('DELETE FROM api_key_models WHERE api_key_id = $1', [key.id]), 403],
];

/** How a replica's hearing is damaged. */
const DAMAGES: readonly [
  how: string,
  damage: (t: TestApp) => Promise<unknown>,
  repair?: (t: TestApp) => Promise<unknown>,
][] = [
  ['by its notification', () => Promise.resolve()],
  [
    'while its notifications are lost',
    (t) => t.db.query('ALTER TABLE changes DISABLE TRIGGER changes_announce'),
    (t) => t.db.query('ALTER TABLE changes ENABLE TRIGGER changes_announce'),
  ],
  [
    'while nobody can listen',
    (t) =>
      t.db.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'sluice-notifications'`,
      ),
  ],
];

describe('what one replica takes away', () => {
  let up: FakeUpstream;
  let t: TestApp;
  let other: TestApp;

  beforeAll(async () => {
    up = await FakeUpstream.start();
    up.models([{ id: 'listed' }]);
    const environment = { LITELLM_API_URL: up.url, LITELLM_API_KEY: 'sk-upstream-0123456789abcdef', JWT_SECRET };
    t = await createApp({ environment });
    other = await createApp({ databaseUrl: t.databaseUrl, environment: { ...environment, RUN_JOBS: 'false' } });
  });
  afterAll(async () => {
    await other.close();
    await t.close();
    await up.stop();
  });

  const call = async ({ key, model }: Caller): Promise<number> => {
    const answer = await new TestHttp(other.url)
      .bearer(key.key)
      .post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hello' }] });
    return answer.status;
  };

  async function givenCaller(): Promise<Caller> {
    const user = await givenUser(t);
    const { id: model } = await givenModel(t, { provider: 'litellm', upstreamName: 'listed' });
    const { id: subscriptionId } = await givenSubscription(t, user, model);
    return { user, model, subscriptionId, key: await givenApiKey(t, user, [model]) };
  }

  describe.each(DAMAGES)('is refused by the other %s', (_how, damage, repair) => {
    afterEach(() => repair?.(t));

    it.each(REVOCATIONS)('within a second: %s', async (_what, take, status) => {
      const caller = await givenCaller();
      // What was made above is noticed, and the caller is known.
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await call(caller)).toBe(200);
      await damage(t);
      expect(await call(caller)).toBe(200);
      await take(t, caller);
      const startedAt = performance.now();
      await eventually(async () => expect(await call(caller)).toBe(status), NOTICED_WITHIN_MS);
      expect(performance.now() - startedAt).toBeLessThan(NOTICED_WITHIN_MS);
    });
  });

  it('holds from the commit of a long transaction on, whatever was noted meanwhile', async () => {
    const [first, second] = [await givenCaller(), await givenCaller()];
    expect([await call(first), await call(second)]).toEqual([200, 200]);
    await t.db.query('ALTER TABLE changes DISABLE TRIGGER changes_announce');
    const client = await t.db.connect();
    try {
      await client.query('BEGIN');
      await client.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [first.key.id]);
      await t.db.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [second.key.id]);
      await eventually(async () => expect(await call(second)).toBe(401), NOTICED_WITHIN_MS);
      expect(await call(first)).toBe(200);
      await client.query('COMMIT');
      await eventually(async () => expect(await call(first)).toBe(401), NOTICED_WITHIN_MS);
    } finally {
      client.release();
      await t.db.query('ALTER TABLE changes ENABLE TRIGGER changes_announce');
    }
  });

  it('ends a session on the other replica too', async () => {
    const { http, token } = await givenUser(t);
    const elsewhere = new TestHttp(other.url).bearer(token);
    await t.db.query('ALTER TABLE changes DISABLE TRIGGER changes_announce');
    try {
      expect((await elsewhere.get('/api/v1/usage/logs')).status).toBe(200);
      expect((await http.post('/api/auth/logout')).status).toBe(204);
      await eventually(
        async () => expect((await elsewhere.get('/api/v1/usage/logs')).status).toBe(401),
        NOTICED_WITHIN_MS,
      );
    } finally {
      await t.db.query('ALTER TABLE changes ENABLE TRIGGER changes_announce');
    }
  });

  it('leaves no note of a statement that leaves the catalogue as it was', async () => {
    const { model } = await givenCaller();
    const notes = async (): Promise<unknown> =>
      (await t.db.query("SELECT max(id) AS last FROM changes WHERE topic = 'catalogue'")).rows;
    const before = await notes();
    await t.db.query('UPDATE models SET updated_at = now() WHERE id = $1', [model]);
    await t.db.query('DELETE FROM model_aliases WHERE model_id = $1', [model]);
    expect(await notes()).toEqual(before);
    await t.db.query('UPDATE models SET description = $2 WHERE id = $1', [model, 'new']);
    expect(await notes()).not.toEqual(before);
  });

  it('leaves no note of a key that is merely used', async () => {
    const caller = await givenCaller();
    await t.db.query('UPDATE api_keys SET last_used_at = now() WHERE id = $1', [caller.key.id]);
    const { rows } = await t.db.query("SELECT 1 FROM changes WHERE topic = 'api_keys' AND key = $1", [caller.key.id]);
    expect(rows).toEqual([]);
  });
});
