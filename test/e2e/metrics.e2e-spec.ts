import { newId } from '#libs/kernel';
import { UsageMeter } from '../../src/usage/usage.meter.js';
import { createApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey, type GivenApiKey } from '../support/given/api-keys.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser } from '../support/given/users.js';
import { TcpGate } from '../support/tcp-gate.js';

/** At 2.5 and 10 USD a million tokens. */
const USAGE = { prompt_tokens: 12, completion_tokens: 8, total_tokens: 20 };
const body = { model: 'm1', max_tokens: 8, messages: [{ role: 'user', content: 'Hello' }] };

describe('the metrics of calls', () => {
  let up: FakeUpstream;
  let database: TestDatabase;
  let gate: TcpGate;
  let t: TestApp;
  let key: GivenApiKey;

  beforeAll(async () => {
    up = await FakeUpstream.start();
    up.models([{ id: 'm1', inputCostPerToken: 0.0000025, outputCostPerToken: 0.00001 }]);
    database = await createTestDatabase();
    gate = await TcpGate.before(database.url);
    t = await createApp({
      databaseUrl: gate.through(database.url),
      environment: { LITELLM_API_URL: up.url, LITELLM_API_KEY: 'sk-upstream-0123456789,sk-upstream-9876543210' },
    });
    const user = await givenUser(t);
    await givenSubscription(t, user, 'm1');
    key = await givenApiKey(t, user, ['m1']);
    await t.db.query(
      "INSERT INTO budgets (id, scope, scope_id, amount, period) VALUES ($1, 'key', $2, 1000000000000, 'total')",
      [newId(), key.id],
    );
  });
  beforeEach(() => up.reset());
  afterAll(async () => {
    await gate.reopen();
    await t.close();
    await gate.shut();
    await database.drop();
    await up.stop();
  });

  const call = (more: object = {}) => key.http.post('/v1/chat/completions', { ...body, ...more });
  /** Every sample by its name and labels. */
  const read = async (): Promise<Readonly<Record<string, number>>> => {
    const { text } = await t.http.get('/metrics');
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    );
  };

  it('tell of streams how soon and how fast they came, and of all calls how long they waited for their rows', async () => {
    const before = await read();
    const grown = (name: string, now: Readonly<Record<string, number>>): number =>
      (now[name] ?? 0) - (before[name] ?? 0);
    up.always({ usage: USAGE });
    expect((await call()).status).toBe(200);
    up.always({ usage: USAGE, chunkDelayMs: 5 });
    expect((await call({ stream: true })).status).toBe(200);
    const after = await read();
    expect(grown('gateway_time_to_first_token_seconds_count{operation="chat.completions"}', after)).toBe(1);
    expect(grown('gateway_output_tokens_per_second_count{operation="chat.completions"}', after)).toBe(1);
    expect(grown('usage_settle_wait_seconds_count', after)).toBe(2);
    expect(grown('usage_commit_rows_sum', after)).toBe(2);
    expect(grown('usage_commit_duration_seconds_count', after)).toBeGreaterThan(0);
    expect(grown('usage_settle_wait_seconds_sum', after)).toBeGreaterThanOrEqual(
      grown('usage_commit_duration_seconds_sum', after),
    );
    expect(after).toMatchObject({
      usage_settle_queue: 0,
      'telemetry_spans_dropped_total{reason="queue_full"}': 0,
      'telemetry_spans_dropped_total{reason="not_delivered"}': 0,
    });
  });

  it('tell what is held and leased for the calls under way, and that no hold outlives its call', async () => {
    up.next({ usage: USAGE, pauseAfterChunks: 2 });
    const open = call({ stream: true });
    await eventually(() => expect(up.calls).toHaveLength(1));
    const during = await eventually(async () => {
      const now = await read();
      expect(now).toMatchObject({ usage_open_calls: 1, budget_holds: 1, budget_leases: 1 });
      return now;
    });
    expect(during['budget_held_dollars']).toBeGreaterThan(0);
    expect(during['budget_leased_dollars']).toBeGreaterThanOrEqual(during['budget_held_dollars'] ?? Infinity);
    up.release();
    await open;
    expect(await read()).toMatchObject({
      usage_open_calls: 0,
      budget_holds: 0,
      budget_held_dollars: 0,
      budget_holds_forgotten: 0,
    });
  });

  it('tell of a hold that was forgotten', async () => {
    const held = await t.app.get(UsageMeter).hold([`key:${key.id}`], () => 1_000_000n);
    if (!held.held) throw new Error('Nothing was held.');
    expect(await read()).toMatchObject({ budget_holds: 1, budget_held_dollars: 0.000001, budget_holds_forgotten: 0 });
    await eventually(async () => expect(await read()).toMatchObject({ budget_holds_forgotten: 1 }));
    held.hold.release();
    expect(await read()).toMatchObject({ budget_holds: 0, budget_holds_forgotten: 0 });
  });

  it('tell how the keys of a provider do, and its attempts', async () => {
    const keys = (state: string): string => `provider_keys{provider="litellm",state="${state}"}`;
    expect(await read()).toMatchObject({ [keys('healthy')]: 2, [keys('cooling')]: 0, [keys('probing')]: 0 });
    up.nextError(429, 'rate_limit_exceeded', { 'retry-after': '30' });
    expect((await call()).status).toBe(200);
    expect(await read()).toMatchObject({
      [keys('healthy')]: 1,
      [keys('cooling')]: 1,
      'upstream_attempts_total{provider="litellm",outcome="rate"}': 1,
    });
    t.clock.advance({ seconds: 31 });
    expect(await read()).toMatchObject({ [keys('healthy')]: 1, [keys('cooling')]: 0, [keys('probing')]: 1 });
  });

  it('tell what waits on disk while the database is away, and for how long', async () => {
    expect(await read()).toMatchObject({ usage_spool_records: 0, usage_spool_bytes: 0, usage_spool_oldest_seconds: 0 });
    up.next({ pauseAfterChunks: 2 });
    const open = call({ stream: true });
    await eventually(() => expect(up.calls).toHaveLength(1));
    await gate.shut();
    up.release();
    expect((await open).status).toBe(200);
    const away = await read();
    expect(away).toMatchObject({ usage_spool_records: 1, usage_spooled_total: 1 });
    expect(away['usage_spool_bytes']).toBeGreaterThan(100);
    const aged = await eventually(async () => {
      const now = await read();
      expect(now['usage_spool_oldest_seconds']).toBeGreaterThan(away['usage_spool_oldest_seconds'] ?? Infinity);
      return now;
    });
    expect(aged['usage_spool_oldest_seconds']).toBeLessThan(30);
    await gate.reopen();
    await eventually(async () =>
      expect(await read()).toMatchObject({ usage_spool_records: 0, usage_spool_oldest_seconds: 0 }),
    );
  });

  it('have labels from closed lists: nothing that a caller writes becomes one', async () => {
    const { text: before } = await t.http.get('/metrics');
    await call({ model: 'invented-by-me' });
    await key.http.get('/v1/invented-by-me/deep');
    await t.http.bearer('sk-sluice-invented-by-me').get('/v1/models');
    const { text: after } = await t.http.get('/metrics');
    expect(after).not.toContain('invented');
    const series = (text: string): number => text.split('\n').filter((line) => !line.startsWith('#')).length;
    expect(series(after) - series(before)).toBeLessThan(60);
  });
});
