import { createApp, type TestApp } from '../support/app.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';

interface Feed {
  readonly data: { readonly id: string; readonly action: string; readonly success: boolean }[];
  readonly pagination: { readonly limit: number; readonly nextCursor: string | null };
}

const ME = '/api/v1/users/me';
const ACTIVITY = `${ME}/activity`;
const STATS = `${ME}/stats`;

/** Names that a careless mapper would write into the account. */
const TEMPTING: readonly (readonly [string, unknown])[] = [
  ['roles', ['admin']],
  ['role', 'admin'],
  ['id', '00000000-0000-0000-0000-000000000001'],
  ['userId', '00000000-0000-0000-0000-000000000001'],
  ['email', 'taken@example.com'],
  ['emailVerified', true],
  ['phone', '+491701234567'],
  ['phoneVerified', true],
  ['password', 'Correct-Horse-8-Battery'],
  ['passwordHash', '$argon2id$v=19$m=1024,t=3,p=2$c2FsdA$aGFzaA'],
  ['password_hash', null],
  ['status', 'inactive'],
  ['isAdmin', true],
  ['permissions', ['users:limit']],
  ['maxBudget', '1000000'],
  ['rpmLimit', null],
  ['balance', 1_000_000],
  ['teams', ['a0000000-0000-4000-8000-000000000001']],
  ['createdAt', '2020-01-01T00:00:00.000Z'],
  ['lastSignInAt', null],
  ['avatarUrl', 'https://example.com/tracker.png'],
  ['constructor', { prototype: { role: 'admin' } }],
];

describe('your own account', () => {
  let t: TestApp;
  let user: GivenUser;

  beforeAll(async () => {
    t = await createApp();
    user = await givenUser(t, { name: 'Ada Lovelace' });
  });
  afterAll(() => t.close());

  const accountOf = async ({ id }: GivenUser): Promise<unknown> =>
    (await t.db.query("SELECT to_jsonb(users) - 'updated_at' AS account FROM users WHERE id = $1", [id])).rows;

  describe('changing it', () => {
    it.each(['fullName', 'name'])('U-02 changes the name, spelled %s', async (spelling) => {
      const person = await givenUser(t);
      const { status, body } = await person.http.patch(ME, { [spelling]: 'Countess of Lovelace' });
      expect([status, body]).toMatchObject([200, { data: { id: person.id, name: 'Countess of Lovelace' } }]);
      expect((await person.http.get('/api/v1/auth/me')).body).toMatchObject({
        data: { name: 'Countess of Lovelace', role: 'user' },
      });
    });

    it('U-02 does not guess which of two names is meant', async () => {
      const { status, body } = await user.http.patch(ME, { name: 'One', fullName: 'Two' });
      expect([status, body]).toMatchObject([400, { error: { code: 'validation_failed', param: 'fullName' } }]);
    });

    it.each(TEMPTING)('U-02 refuses %s, alone and beside a name, and changes nothing', async (field, value) => {
      const before = await accountOf(user);
      for (const others of [{}, { fullName: 'Root' }]) {
        const { status, body } = await user.http.patch(ME, { ...others, [field]: value });
        expect([status, body]).toMatchObject([400, { error: { code: 'validation_failed' } }]);
      }
      expect(await accountOf(user)).toEqual(before);
    });
  });

  describe('what you did', () => {
    it('U-03 lists own events only, newest first, page by page', async () => {
      const [ada, other, admin] = [await givenUser(t), await givenUser(t), await givenUser(t, { role: 'admin' })];
      for (const name of ['One', 'Two', 'Three']) await ada.http.patch(ME, { name });
      await other.http.patch(ME, { name: 'Somebody else' });
      // About Ada, and not by her.
      await admin.http.patch(`/api/v1/admin/users/${ada.id}/budget-limits`, { rpmLimit: 7 });
      await ada.http.get('/api/v1/admin/audit');

      const all = await ada.http.get<Feed>(ACTIVITY);
      expect(all.status).toBe(200);
      expect(all.body.data.map(({ action }) => action)).toEqual([
        'ACCESS_REFUSED',
        'USER_UPDATED',
        'USER_UPDATED',
        'USER_UPDATED',
        'SIGNED_IN',
      ]);
      expect(all.body.data[0]).toMatchObject({ success: false, errorCode: 'permission_denied', ip: '127.0.0.1' });
      expect(Object.keys(all.body.data[1] ?? {})).not.toContain('oldValues');

      const paged: string[] = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? '' : `&cursor=${cursor}`;
        const { body } = await ada.http.get<Feed>(`${ACTIVITY}?limit=2${query}`);
        expect(body.data.length).toBeLessThanOrEqual(2);
        paged.push(...body.data.map(({ id }) => id));
        cursor = body.pagination.nextCursor;
      } while (cursor !== null);
      expect(paged).toEqual(all.body.data.map(({ id }) => id));
    });

    it('U-03 has no way to ask for somebody else', async () => {
      const other = await givenUser(t);
      for (const query of [`userId=${other.id}`, `actorId=${other.id}`, 'limit=101', 'cursor=1']) {
        expect((await user.http.get(`${ACTIVITY}?${query}`)).status).toBe(400);
      }
      expect((await t.http.get(ACTIVITY)).status).toBe(401);
    });
  });

  describe('how much is yours', () => {
    const givenCall = async (person: GivenUser, at: string, cost: bigint, status = 'completed'): Promise<void> => {
      await t.db.query(
        `INSERT INTO usage_events (id, request_id, user_id, api_key_id, model_id, provider_id, operation, status,
                                   streamed, input_tokens, cached_input_tokens, output_tokens, tokens_source, cost,
                                   latency_ms, created_at)
         VALUES (gen_random_uuid(), 'r', $1, gen_random_uuid(), 'm1', gen_random_uuid(), 'chat.completions', $2, false,
                 100, 10, 20, 'provider', $3, 5, $4)`,
        [person.id, status, cost.toString(), at],
      );
    };

    it("U-04 counts what was seeded, and nobody else's", async () => {
      const [ada, other] = [await givenUser(t), await givenUser(t)];
      const models = await Promise.all([1, 2, 3, 4].map(() => givenModel(t)));
      for (const [index, status] of (['active', 'active', 'pending', 'cancelled'] as const).entries()) {
        await givenSubscription(t, ada, models[index]?.id ?? '', { status });
      }
      const ids = [models[0]?.id ?? ''];
      const now = t.clock.date();
      await givenApiKey(t, ada, ids);
      await givenApiKey(t, ada, ids, { expiresAt: new Date(now.getTime() + 60_000) });
      await givenApiKey(t, ada, ids, { expiresAt: new Date(now.getTime() - 60_000) });
      await givenApiKey(t, ada, ids, { revokedAt: now });
      await givenApiKey(t, other, ids);
      await t.db.query(
        `WITH team AS (INSERT INTO teams (id, slug, name) VALUES (gen_random_uuid(), 'friends', 'Friends') RETURNING id)
         INSERT INTO team_members (team_id, user_id, role) SELECT id, $1, 'viewer' FROM team`,
        [ada.id],
      );
      const month = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
      await givenCall(ada, new Date(month).toISOString(), 1_000_000_000_000n);
      await givenCall(ada, new Date(month + 1).toISOString(), 500_000_000_001n, 'failed');
      await givenCall(ada, new Date(month - 1).toISOString(), 9_000_000_000_000n);
      await givenCall(other, new Date(month).toISOString(), 7_000_000_000_000n);

      const { status, body } = await ada.http.get(STATS);
      expect([status, body]).toEqual([
        200,
        {
          data: {
            apiKeys: { total: 4, active: 2 },
            subscriptions: { total: 4, active: 2, pending: 1 },
            teams: { total: 2 },
            usage: {
              since: new Date(month).toISOString(),
              requests: 2,
              failedRequests: 1,
              inputTokens: 200,
              outputTokens: 40,
              cost: '1.500000000001',
            },
          },
        },
      ]);
    });

    it('U-04 begins at nothing, and is for whoever signed in', async () => {
      const { body } = await (await givenUser(t)).http.get(STATS);
      expect(body).toMatchObject({
        data: { apiKeys: { total: 0 }, subscriptions: { total: 0 }, teams: { total: 1 }, usage: { cost: '0' } },
      });
      expect((await t.http.get(STATS)).status).toBe(401);
    });
  });
});
