import { newId } from '#libs/kernel';
import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import { TcpGate } from '../support/tcp-gate.js';

/** 12 tokens in and 8 out at 2.5 and 10 USD a million. */
const COST = 12n * 2_500_000n + 8n * 10_000_000n;
const body = { model: 'm1', max_tokens: 8, messages: [{ role: 'user', content: 'Hello' }] };

describe('budgets at the gateway', () => {
  let up: FakeUpstream;
  let t: TestApp;
  let user: GivenUser;

  beforeAll(async () => {
    up = await FakeUpstream.start();
    up.models([{ id: 'm1', inputCostPerToken: 0.0000025, outputCostPerToken: 0.00001 }]);
    t = await createApp({ environment: { LITELLM_API_URL: up.url } });
    user = await givenUser(t);
    await givenSubscription(t, user, 'm1');
    up.always({ usage: { prompt_tokens: 12, completion_tokens: 8, total_tokens: 20 } });
  });
  afterAll(async () => {
    await t.close();
    await up.stop();
  });

  const givenBudget = async (scope: string, scopeId: string, amount: bigint): Promise<string> => {
    const id = newId();
    await t.db.query('INSERT INTO budgets (id, scope, scope_id, amount, period) VALUES ($1, $2, $3, $4, $5)', [
      id,
      scope,
      scopeId,
      amount.toString(),
      'total',
    ]);
    await t.db.query("SELECT pg_notify('sluice_budgets', 'changed')");
    return id;
  };

  it.each([
    ['key', 'key_budget_exceeded'],
    ['model', 'model_budget_exceeded'],
    ['user', 'user_budget_exceeded'],
  ])('refuses with 402 what the budget of the %s cannot pay, before anything is sent', async (scope, code) => {
    const key = await givenApiKey(t, user, ['m1']);
    const id = await givenBudget(scope, { key: key.id, model: 'm1', user: user.id }[scope] ?? '', 1_000n);
    const before = up.requests.length;
    const answer = await eventually(async () => {
      const refused = await key.http.post('/v1/chat/completions', body);
      expect(refused.status).toBe(402);
      return refused;
    });
    expect(answer.body).toMatchObject({ error: { code, type: 'insufficient_quota' } });
    expect((await key.http.post('/v1/chat/completions', body)).status).toBe(402);
    expect(up.requests.slice(before).filter(({ method }) => method === 'POST').length).toBeLessThanOrEqual(1);
    await t.db.query('DELETE FROM budgets WHERE id = $1', [id]);
    await t.db.query("SELECT pg_notify('sluice_budgets', 'changed')");
    await eventually(async () => expect((await key.http.post('/v1/chat/completions', body)).status).toBe(200));
  });

  it('charges exactly what the calls cost, over parallel calls, and never more than there is', async () => {
    const key = await givenApiKey(t, user, ['m1']);
    const limit = 10n * COST;
    const id = await givenBudget('key', key.id, limit);
    await eventually(async () => expect((await t.db.query('SELECT 1')).rowCount).toBe(1));
    const answers = await Promise.all(Array.from({ length: 60 }, () => key.http.post('/v1/chat/completions', body)));
    const passed = answers.filter(({ status }) => status === 200).length;
    expect(answers.every(({ status }) => status === 200 || status === 402)).toBe(true);
    const { rows } = await t.db.query<{ spent: string }>('SELECT spent FROM budget_periods WHERE budget_id = $1', [id]);
    expect(BigInt(rows[0]?.spent ?? 0)).toBe(BigInt(passed) * COST);
    expect(BigInt(rows[0]?.spent ?? 0)).toBeLessThanOrEqual(limit);
  });

  it('settles a call once although the database goes away between answer and row', async () => {
    const gate = await TcpGate.before(t.databaseUrl);
    const other = await createApp({
      databaseUrl: gate.through(t.databaseUrl),
      environment: { LITELLM_API_URL: up.url },
    });
    try {
      const key = await givenApiKey(t, user, ['m1']);
      const http = other.http.bearer(key.key);
      expect((await http.post('/v1/chat/completions', body)).status).toBe(200);
      await gate.shut();
      const answer = await http.post('/v1/chat/completions', body, { headers: { 'x-request-id': 'while-away' } });
      expect(answer.status).toBe(200);
      expect((await other.http.get<{ components: object }>('/health')).body.components).toMatchObject({
        ledger: { status: 'degraded' },
      });
      await gate.reopen();
      await eventually(async () => {
        const { rows } = await t.db.query("SELECT status, cost FROM usage_events WHERE request_id = 'while-away'");
        expect(rows).toEqual([{ status: 'completed', cost: COST.toString() }]);
      });
    } finally {
      await gate.reopen();
      await other.close();
      await gate.shut();
    }
  });
});
