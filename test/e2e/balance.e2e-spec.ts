import { createApp, type TestApp } from '../support/app.js';
import { auditedBy } from '../support/audit-trail.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { GIVEN_PASSWORD, givenUser, type GivenUser } from '../support/given/users.js';
import type { TestHttp, TestResponse } from '../support/http.js';

/** 2.5 and 10 USD a million: a thousand tokens in and two hundred out are 4500 credits. */
const MODEL = { id: 'gpt-4o', inputCostPerToken: 0.0000025, outputCostPerToken: 0.00001 };
const USAGE = { usage: { prompt_tokens: 1_000, completion_tokens: 200, total_tokens: 1_200 } };
const PRICE = 4_500;
const STRANGER = '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11';
const INTERVAL_SECONDS = 3_600;
/** Long enough for a thousand tokens, so that the provider's count is no lie. */
const body = { model: 'gpt-4o', max_tokens: 200, messages: [{ role: 'user', content: 'a word '.repeat(600) }] };

interface Transaction {
  id: string;
  type: string;
  amount: string;
  credits: string;
  promptCredits: string | null;
  completionCredits: string | null;
  modelId: string | null;
  reason: string | null;
}

describe('prepaid balances', () => {
  let up: FakeUpstream;
  let t: TestApp;
  /** The same house, with automatic refills and a start balance. */
  let refilling: TestApp;
  /** The same house, where nothing is paid in advance. */
  let off: TestApp;
  let admin: GivenUser;
  let user: GivenUser;
  let key: string;

  beforeAll(async () => {
    up = await FakeUpstream.start();
    up.models([MODEL]);
    const shared = { LITELLM_API_URL: up.url, JWT_SECRET: 'Kq7-Zt2_Wm9.Rb4+Xn6=Lp8~Vd3!Hs5^Gc1' };
    t = await createApp({ environment: { ...shared, BALANCE_ENABLED: 'true' } });
    const { databaseUrl } = t;
    refilling = await createApp({
      databaseUrl,
      environment: {
        ...shared,
        BALANCE_ENABLED: 'true',
        START_BALANCE_CREDITS: '20000',
        BALANCE_REFILL_CREDITS: '100000',
        BALANCE_REFILL_INTERVAL_SECONDS: `${INTERVAL_SECONDS}`,
      },
    });
    off = await createApp({ databaseUrl, environment: shared });
    admin = await givenUser(t, { role: 'admin' });
  });
  beforeEach(async () => {
    up.reset();
    up.always(USAGE);
    user = await givenUser(t);
    await givenSubscription(t, user, MODEL.id);
    key = (await givenApiKey(t, user, [MODEL.id])).key;
  });
  afterAll(async () => {
    await off.close();
    await refilling.close();
    await t.close();
    await up.stop();
  });

  const balancePath = (id = user.id): string => `/api/v1/admin/users/${id}/balance`;
  const credit = (amount: unknown): Promise<TestResponse> => admin.http.post(balancePath(), { amount });
  const call = (app = t): Promise<TestResponse> => app.http.bearer(key).post('/v1/chat/completions', body);
  const balance = (http: TestHttp = user.http): Promise<TestResponse> => http.get('/api/v1/balance');
  const creditsLeft = async (): Promise<number> =>
    Number((await user.http.get<{ data: { credits: string } }>('/api/v1/balance')).body.data.credits);
  const transactions = async (query = ''): Promise<Transaction[]> =>
    (await user.http.get<{ data: Transaction[] }>(`/api/v1/balance/transactions${query}`)).body.data;
  const posts = (): number => up.calls.length;
  const sumOf = (items: readonly Transaction[]): number => items.reduce((sum, { credits }) => sum + Number(credits), 0);

  it('B-01 shows what is left in dollars and in credits, and nobody where there is no record', async () => {
    const none = await balance();
    expect([none.status, none.body]).toMatchObject([404, { error: { code: 'balance_not_found' } }]);
    await credit(1_500_000);
    expect((await balance()).body).toEqual({ data: { balance: '1.5', credits: '1500000' } });
    expect((await balance(refilling.http.bearer(user.token))).body).toEqual({
      data: {
        balance: '1.5',
        credits: '1500000',
        refill: { credits: 100_000, intervalSeconds: INTERVAL_SECONDS, lastAt: null },
      },
    });
  });

  it('B-02 gives new people what they begin with, and nothing to those who are there', async () => {
    const register = async (app: TestApp): Promise<TestResponse> => {
      const email = `new-${Math.random().toString(36).slice(2)}@example.com`;
      await app.http.post('/api/auth/register', { email, name: 'Ada', password: GIVEN_PASSWORD });
      const answer = await app.http.post<{ data: { accessToken: string } }>('/api/auth/login', {
        email,
        password: GIVEN_PASSWORD,
      });
      return balance(app.http.bearer(answer.body.data.accessToken));
    };
    expect((await register(refilling)).body).toMatchObject({ data: { balance: '0.02', credits: '20000' } });
    expect((await register(t)).status).toBe(404);
    expect((await register(off)).status).toBe(404);
    // Whoever was there before the setting was raised keeps what they have.
    expect((await balance(refilling.http.bearer(user.token))).status).toBe(404);
  });

  it('B-04 debits prompt and answer, and shows both', async () => {
    await credit(1_000_000);
    expect((await call()).status).toBe(200);
    expect(await creditsLeft()).toBe(1_000_000 - PRICE);
    const [usage, credited] = await transactions();
    expect(usage).toMatchObject({
      type: 'usage',
      amount: '-0.0045',
      credits: '-4500',
      promptCredits: '-2500',
      completionCredits: '-2000',
      modelId: 'gpt-4o',
    });
    expect(credited).toMatchObject({ type: 'credit', amount: '1', credits: '1000000', promptCredits: null });
  });

  it('B-09 refuses what the balance cannot pay, says how much both are, and bans nobody', async () => {
    const without = await call();
    expect([without.status, without.body]).toMatchObject([
      402,
      { error: { code: 'balance_exhausted', type: 'insufficient_quota', details: { balance: '0' } } },
    ]);
    await credit(100);
    for (let i = 0; i < 5; i += 1) {
      const refused = await call();
      const { details, code } = (refused.body as { error: { details: Record<string, string>; code: string } }).error;
      expect([refused.status, code, details['balance']]).toEqual([402, 'balance_exhausted', '0.0001']);
      expect(Number(details['cost'])).toBeGreaterThan(0.002);
    }
    expect(posts()).toBe(0);
    // A call that is refused costs nothing, and the next one that can be paid is let through at once.
    await credit(1_000_000);
    expect((await call()).status).toBe(200);
    expect((await user.http.get('/api/v1/auth/me')).status).toBe(200);
  });

  it('B-10 refills once an interval, however many calls ask for it', async () => {
    await credit(100);
    expect((await call(refilling)).status).toBe(402);
    await t.db.query("UPDATE budgets SET created_at = now() - interval '2 hours' WHERE scope_id = $1", [user.id]);
    const answers = await Promise.all(Array.from({ length: 10 }, () => call(refilling)));
    const passed = answers.filter(({ status }) => status === 200).length;
    expect(answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 402)).toEqual([]);
    expect(passed).toBeGreaterThanOrEqual(5);
    const refills = await transactions('?type=refill');
    expect(refills).toMatchObject([{ type: 'refill', credits: '100000' }]);
    expect(await creditsLeft()).toBe(100_100 - passed * PRICE);
    expect((await balance(refilling.http.bearer(user.token))).body).toMatchObject({
      data: { refill: { lastAt: expect.any(String) as string } },
    });
    // The interval runs from the refill now.
    await admin.http.put(balancePath(), { credits: 0 });
    await eventually(async () => expect((await call(refilling)).status).toBe(402));
    expect(await transactions('?type=refill')).toHaveLength(1);
  });

  it('B-13 leaves the balance as it was when the provider fails', async () => {
    await credit(1_000_000);
    up.always({ status: 500 });
    expect((await call(off)).status).toBe(502);
    expect((await call()).status).toBe(502);
    expect(await creditsLeft()).toBe(1_000_000);
    await eventually(async () => {
      const { rows } = await t.db.query(
        'SELECT p.spent, p.leased FROM budget_periods p JOIN budgets b ON b.id = p.budget_id WHERE b.scope_id = $1',
        [user.id],
      );
      expect(rows).toEqual([{ spent: '0', leased: '0' }]);
    });
    up.always(USAGE);
    await eventually(async () => expect((await call()).status).toBe(200));
    expect(await creditsLeft()).toBe(1_000_000 - PRICE);
  });

  it('B-14 lets administrators credit, on record, and nobody else', async () => {
    const [audit] = await auditedBy(t, async () => {
      const answer = await admin.http.post(balancePath(), { amount: 1_000, reason: 'Invoice 7' });
      expect([answer.status, answer.body]).toEqual([201, { data: { balance: '0.001', credits: '1000' } }]);
    });
    expect(audit).toMatchObject({
      action: 'BALANCE_CREDITED',
      actor_id: admin.id,
      resource_id: user.id,
      old_values: { balance: '0' },
      new_values: { balance: '0.001', amount: '0.001', reason: 'Invoice 7' },
    });
    const { rows } = await t.db.query(
      'SELECT kind, amount, reason, created_by FROM balance_entries WHERE user_id = $1',
      [user.id],
    );
    expect(rows).toEqual([{ kind: 'credit', amount: '1000000000', reason: 'Invoice 7', created_by: admin.id }]);
    for (const amount of [0, -5, 1.5, '1000', null, undefined]) expect((await credit(amount)).status).toBe(400);
    expect((await user.http.post(balancePath(), { amount: 1 })).status).toBe(403);
    const stranger = await admin.http.post(balancePath(STRANGER), { amount: 1 });
    expect([stranger.status, stranger.body]).toMatchObject([404, { error: { code: 'user_not_found' } }]);
    expect(await creditsLeft()).toBe(1_000);
  });

  it('B-15 sets a balance by an entry of the difference', async () => {
    await credit(1_000_000);
    expect((await call()).status).toBe(200);
    const [audit] = await auditedBy(t, async () => {
      const answer = await admin.http.put(balancePath(), { credits: 5 });
      expect([answer.status, answer.body]).toEqual([200, { data: { balance: '0.000005', credits: '5' } }]);
    });
    expect(audit).toMatchObject({ action: 'BALANCE_SET', old_values: { balance: '0.9955' } });
    expect((await transactions('?type=correction')).map(({ credits }) => credits)).toEqual(['-995495']);
    expect(await creditsLeft()).toBe(5);
    expect(sumOf(await transactions())).toBe(5);
    for (const credits of [-1, 'five']) expect((await admin.http.put(balancePath(), { credits })).status).toBe(400);
    expect((await user.http.put(balancePath(), { credits: 5 })).status).toBe(403);
  });

  it('B-16 lists the own transactions, page by page, by type and by time', async () => {
    const other = await givenUser(t);
    await admin.http.post(balancePath(other.id), { amount: 77 });
    await credit(1_000_000);
    for (let i = 0; i < 2; i += 1) expect((await call()).status).toBe(200);
    await credit(5);
    const all = await transactions();
    expect(all.map(({ type }) => type)).toEqual(['credit', 'usage', 'usage', 'credit']);
    expect(sumOf(all)).toBe(await creditsLeft());

    const walked: string[] = [];
    for (let cursor = ''; ;) {
      const { body: page } = await user.http.get<{
        data: Transaction[];
        pagination: { nextCursor: string | null };
      }>(`/api/v1/balance/transactions?limit=3${cursor}`);
      walked.push(...page.data.map(({ id }) => id));
      if (page.pagination.nextCursor === null) break;
      cursor = `&cursor=${page.pagination.nextCursor}`;
    }
    expect(walked).toEqual(all.map(({ id }) => id));

    expect((await transactions('?type=usage')).map(({ type }) => type)).toEqual(['usage', 'usage']);
    expect(await transactions('?type=start')).toEqual([]);
    expect(await transactions('?endDate=2001-01-01')).toEqual([]);
    expect(await transactions('?startDate=2001-01-01')).toHaveLength(4);
    expect((await user.http.get('/api/v1/balance/transactions?type=other')).status).toBe(400);
  });

  it('B-17 lets calls through with nothing on the balance where it is switched off, and writes their rows', async () => {
    await credit(3);
    expect((await call(off)).status).toBe(200);
    const { rows } = await t.db.query('SELECT cost FROM usage_events WHERE user_id = $1', [user.id]);
    expect(rows).toEqual([{ cost: '4500000000' }]);
    expect(await creditsLeft()).toBe(3);
    expect((await transactions('?type=usage')).length).toBe(0);
    expect((await balance(off.http.bearer(user.token))).status).toBe(404);
  });

  it('B-18 has transactions of calls where the balance is on, and none where it is off', async () => {
    expect((await call(off)).status).toBe(200);
    expect(await transactions()).toEqual([]);
    await credit(1_000_000);
    const before = await transactions();
    expect((await call(off)).status).toBe(200);
    expect(await transactions()).toEqual(before);
    expect((await call()).status).toBe(200);
    expect(await transactions()).toMatchObject([{ type: 'usage', credits: `-${PRICE}` }, ...before]);
    const { rows } = await t.db.query('SELECT cost FROM usage_events WHERE user_id = $1', [user.id]);
    expect(rows).toHaveLength(3);
  });

  it.each(
    ['{"prompt_tokens":NaN,"completion_tokens":-Infinity}', '{"prompt_tokens":-10,"completion_tokens":-5}'].flatMap(
      (usage) => [false, true].map((stream) => ({ usage, stream })),
    ),
  )('B-24 counts here where the provider reports $usage, stream: $stream, and says so in the log', async (bad) => {
    await credit(1_000_000);
    const said = { index: 0, finish_reason: 'stop', [bad.stream ? 'delta' : 'message']: { content: 'One two three.' } };
    const json = `{"model":"gpt-4o","choices":[${JSON.stringify(said)}],"usage":${bad.usage}}`;
    up.next({
      headers: { 'content-type': bad.stream ? 'text/event-stream' : 'application/json' },
      body: bad.stream ? [`data: ${json}\n\n`, 'data: [DONE]\n\n'] : json,
    });
    // Whoever starts last in a process has the log of all.
    const told = off.logs.length;
    const answer = await t.http.bearer(key).post('/v1/chat/completions', { ...body, stream: bad.stream });
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('One two three.')]);
    const { rows } = await t.db.query<{ input_tokens: string; output_tokens: string; cost: string }>(
      "SELECT * FROM usage_events WHERE user_id = $1 AND tokens_source = 'counted'",
      [user.id],
    );
    expect(rows).toHaveLength(1);
    expect(Number(rows[0]?.input_tokens)).toBeGreaterThan(1_000);
    expect(Number(rows[0]?.output_tokens)).toBe(4);
    const left = await creditsLeft();
    expect(Number.isFinite(left)).toBe(true);
    expect(left).toBe(1_000_000 - Number(rows[0]?.cost) / 1_000_000);
    const lines = off.logs.slice(told).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter(({ asked }) => asked === MODEL.id)).toMatchObject([
      { level: 'warn', provider: 'litellm', msg: expect.stringContaining('cannot be true') as string },
    ]);
  });

  it('B-23 refuses by each cap in turn while the others have room, with the code of that cap, and sends nothing', async () => {
    const team = await admin.http.post<{ data: { id: string } }>('/api/v1/teams', {
      slug: `paid-${user.id.slice(-8)}`,
      name: 'Paid',
    });
    const teamId = team.body.data.id;
    await t.db.query("INSERT INTO team_members (team_id, user_id, role) VALUES ($1, $2, 'member')", [teamId, user.id]);
    const made = await user.http.post<{ data: { id: string; key: string } }>('/api/v1/api-keys', {
      name: 'capped',
      modelIds: [MODEL.id],
      teamId,
    });
    key = made.body.data.key;
    const caps: [string, (usd: string) => Promise<unknown>, status?: number, type?: string][] = [
      ['balance_exhausted', (usd) => admin.http.put(balancePath(), { credits: Number(usd) * 1_000_000 })],
      ['key_budget_exceeded', (maxBudget) => user.http.patch(`/api/v1/api-keys/${made.body.data.id}`, { maxBudget })],
      [
        'user_budget_exceeded',
        (maxBudget) => admin.http.patch(`/api/v1/admin/users/${user.id}/budget-limits`, { maxBudget }),
      ],
      ['team_budget_exceeded', (maxBudget) => admin.http.patch(`/api/v1/teams/${teamId}`, { maxBudget })],
      // One call was made by then; the quota is what an administrator of the database makes it.
      [
        'quota_exceeded',
        (left) =>
          t.db.query('UPDATE subscriptions SET quota_requests = $2 WHERE user_id = $1', [
            user.id,
            left === '0' ? 1 : 10_000,
          ]),
        429,
        'rate_limit_error',
      ],
    ];
    for (const [, cap] of caps) await cap('1');
    expect((await call()).status).toBe(200);
    for (const [code, cap, status = 402, type = 'insufficient_quota'] of caps) {
      await cap('0');
      await eventually(async () => expect((await call()).status).toBe(status));
      const sent = posts();
      for (let i = 0; i < 3; i += 1) {
        const { body: refusal, ...answer } = await call();
        expect([answer.status, refusal]).toMatchObject([status, { error: { code, type } }]);
      }
      expect(posts()).toBe(sent);
      await cap('1');
      await eventually(async () => expect((await call()).status).toBe(200));
    }
  });
});
