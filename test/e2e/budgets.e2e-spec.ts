import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestHttp, TestResponse } from '../support/http.js';

const MODELS = ['m1', 'm2'];
const chat = (model = 'm1'): object => ({ model, max_tokens: 10, messages: [{ role: 'user', content: 'Hello' }] });
/** 100 prompt tokens at a dollar a million and 10 of an answer at ten: 0.0002 USD. */
const USAGE = { usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 } };
const COST = '0.0002';

interface Key {
  id: string;
  key: string;
  spend: string | null;
}

describe('budgets of keys, people and teams', () => {
  let t: TestApp;
  let up: FakeUpstream;
  let admin: GivenUser;
  let user: GivenUser;

  beforeAll(async () => {
    up = await FakeUpstream.start();
    up.models(MODELS.map((id) => ({ id, inputCostPerToken: 0.000001, outputCostPerToken: 0.00001 })));
    t = await createApp({ environment: { LITELLM_API_URL: up.url, LITELLM_API_KEY: 'sk-upstream' } });
    admin = await givenUser(t, { role: 'admin' });
  });
  beforeEach(async () => {
    up.reset();
    up.always(USAGE);
    user = await givenUser(t);
    for (const id of MODELS) await givenSubscription(t, user, id);
  });
  afterAll(async () => {
    await t.close();
    await up.stop();
  });

  const keyWith = async (terms: object): Promise<Key & { http: TestHttp }> => {
    const { status, body, text } = await user.http.post<{ data: Key }>('/api/v1/api-keys', {
      name: 'capped',
      modelIds: MODELS,
      ...terms,
    });
    if (status !== 201) throw new Error(`${status} ${text}`);
    return { ...body.data, http: t.http.bearer(body.data.key) };
  };
  const call = (http: TestHttp, model?: string): Promise<TestResponse> =>
    http.post('/v1/chat/completions', chat(model));
  const exhausted = ({ status, body, headers }: TestResponse, code: string): void => {
    expect([status, body]).toMatchObject([402, { error: { code, type: 'insufficient_quota' } }]);
    expect(headers.get('retry-after')).toBeNull();
  };
  /** Calls until money refuses. @returns how many passed */
  const spendAll = async (http: TestHttp, code: string, model?: string): Promise<number> => {
    for (let passed = 0; passed < 50; passed += 1) {
      const answer = await call(http, model);
      if (answer.status === 200) continue;
      exhausted(answer, code);
      return passed;
    }
    throw new Error('never refused');
  };
  const spendOf = async (id: string): Promise<string | null> =>
    (await user.http.get<{ data: Key }>(`/api/v1/api-keys/${id}`)).body.data.spend;
  const limit = (wish: object) => admin.http.patch(`/api/v1/admin/users/${user.id}/budget-limits`, wish);
  const audited = async (action: string, id: string) =>
    (
      await t.db.query<{ old_values: unknown; new_values: unknown; actor_id: string | null }>(
        'SELECT old_values, new_values, actor_id FROM audit_logs WHERE action = $1 AND resource_id = $2',
        [action, id],
      )
    ).rows;

  it('AK-13 refuses once the budget is spent, by 402 and the code of the cap', async () => {
    const { id, http } = await keyWith({ maxBudget: '0.001' });
    const passed = await spendAll(http, 'key_budget_exceeded');
    expect(passed).toBeGreaterThanOrEqual(3);
    expect(passed).toBeLessThanOrEqual(5);
    expect(Number(await spendOf(id))).toBeCloseTo(passed * Number(COST), 12);
    expect(up.calls).toHaveLength(passed);
    // More money, and calls go on at once.
    await user.http.patch(`/api/v1/api-keys/${id}`, { maxBudget: '1' });
    await eventually(async () => expect((await call(http)).status).toBe(200));
  });

  it('AK-13 begins anew when the duration is over, and keeps what was spent on record', async () => {
    const { id, http } = await keyWith({ maxBudget: '0.001', budgetDuration: '2s' });
    await spendAll(http, 'key_budget_exceeded');
    await eventually(async () => expect((await call(http)).status).toBe(200), 4_000);
    expect(await spendOf(id)).toBe(COST);
    const { rows } = await t.db.query(
      "SELECT 1 FROM budget_periods p JOIN budgets b ON b.id = p.budget_id WHERE b.scope = 'key' AND b.scope_id = $1",
      [id],
    );
    expect(rows.length).toBeGreaterThanOrEqual(2);
  });

  it('AK-13 caps a model by itself', async () => {
    const { http } = await keyWith({ modelMaxBudget: { m1: '0.001' } });
    await spendAll(http, 'model_budget_exceeded', 'm1');
    expect((await call(http, 'm2')).status).toBe(200);
  });

  it('AK-14 tells once a period that the soft budget is crossed, and calls go on', async () => {
    const { id, http } = await keyWith({ softBudget: '0.0003' });
    expect((await call(http)).status).toBe(200);
    const crossed = async () => {
      const { rows } = await t.db.query<{ new_values: object; actor_id: string }>(
        "SELECT new_values, actor_id FROM audit_logs WHERE action = 'SOFT_BUDGET_CROSSED' AND new_values->>'scopeId' = $1",
        [id],
      );
      return rows;
    };
    for (let i = 0; i < 4; i += 1) expect((await call(http)).status).toBe(200);
    await eventually(async () => expect(await crossed()).toHaveLength(1), 5_000);
    expect((await crossed())[0]?.new_values).toMatchObject({ scope: 'key', softBudget: '0.0003' });
    const alerts = await admin.http.get<{ data: { kind: string; severity: string; message: string }[] }>(
      '/api/v1/admin/notifications?severity=warning&limit=1000',
    );
    const ofKey = alerts.body.data.filter(
      ({ kind, message }) => kind === 'soft_budget_crossed' && message.includes(id),
    );
    expect(ofKey).toHaveLength(1);
    expect((await call(http)).status).toBe(200);
    const { rows } = await t.db.query("SELECT 1 FROM outbox WHERE handler = 'budgets.soft-crossed'");
    expect(rows).toHaveLength(0);
  }, 15_000);

  it.each(['monthly', '30d', undefined])(
    'AK-16 begins the spending of a key anew (%s), by an administrator alone',
    async (budgetDuration) => {
      const { id, http } = await keyWith({ maxBudget: '0.001', ...(budgetDuration && { budgetDuration }) });
      const passed = await spendAll(http, 'key_budget_exceeded');
      const spent = await spendOf(id);
      expect((await user.http.post(`/api/v1/admin/api-keys/${id}/reset-spend`)).status).toBe(403);
      const reset = await admin.http.post(`/api/v1/admin/api-keys/${id}/reset-spend`);
      expect([reset.status, reset.body]).toMatchObject([200, { data: { id, spend: '0', maxBudget: '0.001' } }]);
      expect(await audited('API_KEY_SPEND_RESET', id)).toEqual([
        { old_values: { spent }, new_values: { spent: '0' }, actor_id: admin.id },
      ]);
      await eventually(async () => expect((await call(http)).status).toBe(200));
      expect(await spendOf(id)).toBe(COST);
      const { rows } = await t.db.query('SELECT 1 FROM usage_events WHERE api_key_id = $1', [id]);
      expect(rows).toHaveLength(passed + 1);
      expect((await admin.http.post(`/api/v1/admin/api-keys/${admin.id}/reset-spend`)).status).toBe(404);
    },
  );

  it('B-22 caps a person over all keys, until the period is over or an administrator begins it anew', async () => {
    const set = await limit({ maxBudget: '0.001', budgetDuration: '3s' });
    expect([set.status, set.body]).toMatchObject([
      200,
      { data: { userId: user.id, maxBudget: '0.001', budgetDuration: '3s', spend: '0' } },
    ]);
    expect(await audited('USER_LIMITS_CHANGED', user.id)).toMatchObject([
      { old_values: { maxBudget: null }, new_values: { maxBudget: '0.001', budgetDuration: '3s' } },
    ]);
    const [one, two] = [await keyWith({}), await keyWith({})];
    await spendAll(one.http, 'user_budget_exceeded');
    exhausted(await call(two.http), 'user_budget_exceeded');
    await eventually(async () => expect((await call(two.http)).status).toBe(200), 5_000);

    await limit({ budgetDuration: 'yearly' });
    await spendAll(one.http, 'user_budget_exceeded');
    expect((await user.http.post(`/api/v1/admin/users/${user.id}/reset-spend`)).status).toBe(403);
    expect((await limit({ maxBudget: '5' })).status).toBe(200);
    await limit({ maxBudget: '0.001' });
    exhausted(await call(one.http), 'user_budget_exceeded');
    const reset = await admin.http.post(`/api/v1/admin/users/${user.id}/reset-spend`);
    expect(reset.body).toMatchObject({ data: { spend: '0' } });
    // A refusal stands for some milliseconds.
    await eventually(async () => expect((await call(one.http)).status).toBe(200));
    expect((await user.http.patch(`/api/v1/admin/users/${user.id}/budget-limits`, { maxBudget: '9' })).status).toBe(
      403,
    );
    await limit({ maxBudget: null, budgetDuration: null });
    expect((await call(one.http)).status).toBe(200);
  }, 15_000);

  it('US-12 shows what one may still spend', async () => {
    const view = async () => (await user.http.get<{ data: object }>('/api/v1/usage/budget')).body.data;
    expect(await view()).toEqual({
      maxBudget: null,
      budgetDuration: null,
      spend: null,
      remaining: null,
      resetAt: null,
    });
    await limit({ maxBudget: '1', budgetDuration: 'monthly' });
    await call((await keyWith({})).http);
    expect(await view()).toEqual({
      maxBudget: '1',
      budgetDuration: 'monthly',
      spend: COST,
      remaining: '0.9998',
      resetAt: expect.stringMatching(/-01T00:00:00.000Z$/) as string,
    });
  });

  it('T-12 caps all members of a team together, and no other team', async () => {
    const teams = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const { body } = await admin.http.post<{ data: { id: string } }>('/api/v1/teams', {
          slug: `${name}-${user.id.slice(-8)}`,
          name,
          maxBudget: '0.001',
          budgetDuration: 'monthly',
        });
        return body.data.id;
      }),
    );
    const other = await givenUser(t);
    for (const id of MODELS) await givenSubscription(t, other, id);
    for (const person of [user, other]) {
      await t.db.query("INSERT INTO team_members (team_id, user_id, role) SELECT unnest($1::uuid[]), $2, 'member'", [
        teams,
        person.id,
      ]);
    }
    const [mine, second] = [await keyWith({ teamId: teams[0] }), await keyWith({ teamId: teams[1] })];
    const theirs = await other.http.post<{ data: Key }>('/api/v1/api-keys', {
      name: 'theirs',
      modelIds: MODELS,
      teamId: teams[0],
    });
    await spendAll(mine.http, 'team_budget_exceeded');
    exhausted(await call(t.http.bearer(theirs.body.data.key)), 'team_budget_exceeded');
    expect((await call(second.http)).status).toBe(200);
    const shown = await admin.http.get(`/api/v1/teams/${String(teams[0])}`);
    expect(shown.body).toMatchObject({ data: { maxBudget: '0.001', budgetDuration: 'monthly' } });
  });

  it('refuses by whichever cap is exhausted, with the code of that cap', async () => {
    const team = await admin.http.post<{ data: { id: string } }>('/api/v1/teams', {
      slug: `all-${user.id.slice(-8)}`,
      name: 'All',
    });
    const teamId = team.body.data.id;
    await t.db.query("INSERT INTO team_members (team_id, user_id, role) VALUES ($1, $2, 'member')", [teamId, user.id]);
    const { id, http } = await keyWith({ teamId, maxBudget: '1', modelMaxBudget: { m1: '1' } });
    await limit({ maxBudget: '1' });
    await admin.http.patch(`/api/v1/teams/${teamId}`, { maxBudget: '1' });
    expect((await call(http)).status).toBe(200);
    const key = (terms: object) => user.http.patch(`/api/v1/api-keys/${id}`, terms);
    const caps: [string, (amount: string) => Promise<unknown>][] = [
      ['key_budget_exceeded', (amount) => key({ maxBudget: amount })],
      ['user_budget_exceeded', (amount) => limit({ maxBudget: amount })],
      ['team_budget_exceeded', (amount) => admin.http.patch(`/api/v1/teams/${teamId}`, { maxBudget: amount })],
      ['model_budget_exceeded', (amount) => key({ modelMaxBudget: { m1: amount } })],
    ];
    for (const [code, cap] of caps) {
      await cap('0');
      await eventually(async () => exhausted(await call(http), code));
      await cap('1');
      await eventually(async () => expect((await call(http)).status).toBe(200));
    }
  });
});
