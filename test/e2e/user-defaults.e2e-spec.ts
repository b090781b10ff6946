import { createApp, type TestApp } from '../support/app.js';
import { auditedBy } from '../support/audit-trail.js';
import { eventually } from '../support/eventually.js';
import { givenUser, type GivenUser } from '../support/given/users.js';

const DEFAULTS = '/api/v1/admin/settings/user-defaults';
const UNLIMITED = { maxBudget: null, budgetDuration: null, rpmLimit: null, tpmLimit: null };

/** What replicas sign access tokens with. */
const SHARED = { JWT_SECRET: 'a-secret-that-both-replicas-share-0123456789' };

describe('what new people may spend and call', () => {
  let t: TestApp;
  let other: TestApp;
  let admin: GivenUser;

  beforeAll(async () => {
    t = await createApp({ environment: SHARED });
    other = await createApp({ databaseUrl: t.databaseUrl, environment: SHARED });
    admin = await givenUser(t, { role: 'admin' });
  });
  afterAll(async () => {
    await other.close();
    await t.close();
  });
  afterEach(() => admin.http.put(DEFAULTS, {}));

  let people = 0;
  const register = async (at: TestApp = t): Promise<string> => {
    people += 1;
    const { status, body, text } = await at.http.post<{ data: { id: string } }>('/api/auth/register', {
      email: `new-${people}@example.com`,
      name: 'New here',
      password: 'Correct-Horse-7-Battery',
    });
    if (status !== 201) throw new Error(`Registration failed: ${status} ${text}`);
    return body.data.id;
  };
  /** As administrators see it; a change of nothing shows what there is. */
  const limitsOf = async (id: string): Promise<object> =>
    (await admin.http.patch<{ data: object }>(`/api/v1/admin/users/${id}/budget-limits`, {})).body.data;

  it('U-07 gives each new person what was set, and leaves everybody else alone', async () => {
    const [before, existing] = [await register(), await givenUser(t)];
    const set = await admin.http.put(DEFAULTS, {
      maxBudget: '50',
      budgetDuration: 'monthly',
      tpmLimit: 100,
      rpmLimit: 5,
    });
    expect([set.status, set.body]).toEqual([
      200,
      { data: { maxBudget: '50', budgetDuration: 'monthly', tpmLimit: 100, rpmLimit: 5 } },
    ]);
    // On either replica, at once.
    for (const replica of [t, other]) {
      expect(await limitsOf(await register(replica))).toMatchObject({
        maxBudget: '50',
        budgetDuration: 'monthly',
        spend: '0',
        tpmLimit: 100,
        rpmLimit: 5,
      });
    }
    for (const id of [before, existing.id, admin.id]) expect(await limitsOf(id)).toMatchObject(UNLIMITED);
  });

  it('U-07 holds however the account came to be', async () => {
    await admin.http.put(DEFAULTS, { rpmLimit: 3 });
    const mocked = await createApp({ databaseUrl: t.databaseUrl, environment: { MOCK_AUTH: 'true' } });
    try {
      const { status, body } = await mocked.http.get<{ data: { user: { id: string } } }>(
        '/api/auth/mock-login?role=user',
      );
      expect(status).toBe(200);
      expect(await limitsOf(body.data.user.id)).toMatchObject({ ...UNLIMITED, rpmLimit: 3 });
    } finally {
      await mocked.close();
    }
  });

  it('U-07 takes null for no limit, and a default that is gone for none', async () => {
    await admin.http.put(DEFAULTS, { maxBudget: '50', tpmLimit: 100, rpmLimit: 5 });
    const capped = await register();
    // Of a budget without an amount, nothing is left to last for a month.
    await admin.http.put(DEFAULTS, { maxBudget: null, budgetDuration: 'monthly', tpmLimit: null });
    expect(await limitsOf(await register())).toMatchObject({ ...UNLIMITED, spend: null });
    expect(await limitsOf(capped)).toMatchObject({ maxBudget: '50', tpmLimit: 100, rpmLimit: 5 });
  });

  it('C-06 keeps the old values in the audit log, and shows the new ones on every replica', async () => {
    await admin.http.put(DEFAULTS, { maxBudget: '0.5', rpmLimit: 1 });
    const shownAt = async ({ http }: TestApp): Promise<unknown> =>
      (await http.bearer(admin.token).get<{ data: unknown }>(DEFAULTS)).body.data;
    await shownAt(other);
    const rows = await auditedBy(t, () => admin.http.put(DEFAULTS, { maxBudget: '2', tpmLimit: 9 }));
    const at = performance.now();
    expect(rows).toMatchObject([
      {
        action: 'USER_DEFAULTS_SET',
        actor_id: admin.id,
        old_values: { ...UNLIMITED, maxBudget: '0.5', rpmLimit: 1 },
        new_values: { ...UNLIMITED, maxBudget: '2', tpmLimit: 9 },
      },
    ]);
    const now = { ...UNLIMITED, maxBudget: '2', tpmLimit: 9 };
    expect(await shownAt(t)).toEqual(now);
    await eventually(async () => expect(await shownAt(other)).toEqual(now), 5_000);
    expect(performance.now() - at).toBeLessThan(5_000);
  });

  it.each([
    [{ maxBudget: '-1' }, 'maxBudget'],
    [{ maxBudget: 50 }, 'maxBudget'],
    [{ budgetDuration: 'fortnightly' }, 'budgetDuration'],
    [{ tpmLimit: 0 }, 'tpmLimit'],
    [{ rpmLimit: 1.5 }, 'rpmLimit'],
    [{ role: 'admin' }, 'role'],
  ])('U-07 refuses %j', async (wish, param) => {
    const { status, body } = await admin.http.put(DEFAULTS, wish);
    expect([status, body]).toMatchObject([400, { error: { code: 'validation_failed', param } }]);
  });

  it('U-07 is set by administrators alone, and read by those who may read', async () => {
    const [user, reader] = [await givenUser(t), await givenUser(t, { role: 'admin-readonly' })];
    expect((await reader.http.get(DEFAULTS)).status).toBe(200);
    expect((await reader.http.put(DEFAULTS, {})).status).toBe(403);
    expect((await user.http.get(DEFAULTS)).status).toBe(403);
    expect((await t.http.put(DEFAULTS, {})).status).toBe(401);
  });
});
