import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '#libs/kernel';
import { Metrics } from '#libs/observability';
import { DurableLedger } from '../../src/usage/durable.ledger.js';
import { type UsageEvent, UsageMeter } from '../../src/usage/usage.meter.js';
import { createApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { TcpGate } from '../support/tcp-gate.js';

function usageEvent(facts: Partial<UsageEvent> = {}): UsageEvent {
  return {
    id: newId(),
    requestId: 'r-1',
    userId: newId(),
    apiKeyId: newId(),
    modelId: 'm1',
    providerId: newId(),
    providerKeyId: undefined,
    operation: 'chat.completions',
    status: 'completed',
    httpStatus: 200,
    streamed: true,
    inputTokens: 10,
    cachedInputTokens: 4,
    outputTokens: 3,
    tokensSource: 'provider',
    cost: 12_345_678_901_234_567_890n,
    latencyMs: 20,
    firstByteMs: undefined,
    ...facts,
  };
}

const ALL_BUT_DATE = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;

describe('UsageMeter', () => {
  let database: TestDatabase;
  let gate: TcpGate;
  let t: TestApp;
  let meter: UsageMeter;

  beforeAll(async () => {
    database = await createTestDatabase();
    gate = await TcpGate.before(database.url);
    t = await createApp({ databaseUrl: gate.through(database.url) });
    meter = t.app.get(UsageMeter);
  });
  afterAll(async () => {
    await gate.reopen();
    await t.close();
    await gate.shut();
    await database.drop();
  });

  const idsOf = async (events: readonly UsageEvent[]): Promise<Set<string>> => {
    const { rows } = await t.db.query<{ id: string }>('SELECT id FROM usage_events WHERE id = ANY($1)', [
      events.map(({ id }) => id),
    ]);
    return new Set(rows.map(({ id }) => id));
  };
  const sample = async (name: string): Promise<number> => {
    const text = await t.app.get(Metrics).registry.metrics();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
  };

  it('keeps every number of a call, and has the row when it resolves', async () => {
    const units = {
      cacheWriteTokens: 2,
      longCacheWriteTokens: 1,
      reasoningTokens: 1,
      audioInputTokens: 7,
      imageInputTokens: 8,
      audioOutputTokens: 9,
      imageOutputTokens: 10,
      images: 3,
      audioSeconds: 4,
      characters: 5,
      searches: 6,
    };
    const event = usageEvent({
      providerKeyId: newId(),
      subscriptionId: newId(),
      firstByteMs: 7,
      requestId: `it's "{quoted}", \\ and ü`,
      priceId: newId(),
      incomplete: true,
      providerResponseId: 'resp_1',
      ...units,
    });
    await meter.settle(event);
    const { rows } = await t.db.query<Record<string, unknown>>('SELECT * FROM usage_events WHERE id = $1', [event.id]);
    expect(rows).toEqual([
      {
        charged_budgets: [],
        charged_periods: [],
        id: event.id,
        request_id: event.requestId,
        user_id: event.userId,
        api_key_id: event.apiKeyId,
        subscription_id: event.subscriptionId,
        model_id: 'm1',
        provider_id: event.providerId,
        provider_key_id: event.providerKeyId,
        operation: 'chat.completions',
        status: 'completed',
        http_status: 200,
        streamed: true,
        input_tokens: '10',
        cached_input_tokens: '4',
        output_tokens: '3',
        tokens_source: 'provider',
        cache_write_tokens: '2',
        long_cache_write_tokens: '1',
        reasoning_tokens: '1',
        audio_input_tokens: '7',
        image_input_tokens: '8',
        audio_output_tokens: '9',
        image_output_tokens: '10',
        images: 3,
        audio_seconds: 4,
        characters: 5,
        searches: 6,
        price_id: event.priceId,
        incomplete: true,
        cost: '12345678901234567890',
        provider_response_id: 'resp_1',
        latency_ms: 20,
        first_byte_ms: 7,
        created_at: expect.any(Date) as Date,
      },
    ]);
  });

  it('writes a call once, however often it is settled', async () => {
    const event = usageEvent();
    await Promise.all([meter.settle(event), meter.settle(event), meter.settle({ ...event, cost: 1n })]);
    await meter.settle({ ...event, cost: 2n });
    const { rows } = await t.db.query<{ cost: string }>('SELECT cost FROM usage_events WHERE id = $1', [event.id]);
    expect(rows).toEqual([{ cost: event.cost.toString() }]);
  });

  it('lets calls that end together share commits', async () => {
    const [rows, commits] = [await sample('usage_commit_rows_sum'), await sample('usage_commit_rows_count')];
    const events = Array.from({ length: 500 }, () => usageEvent());
    await Promise.all(events.map((event) => meter.settle(event)));
    expect((await idsOf(events)).size).toBe(500);
    expect((await sample('usage_commit_rows_sum')) - rows).toBe(500);
    expect((await sample('usage_commit_rows_count')) - commits).toBeLessThanOrEqual(3);
  });

  it('keeps a row that the ledger refuses from taking others with it', async () => {
    const events = Array.from({ length: 20 }, (_, i) => usageEvent(i === 7 ? { inputTokens: -1 } : {}));
    const outcomes = await Promise.allSettled(events.map((event) => meter.settle(event)));
    expect(outcomes.map(({ status }) => status)).toEqual(events.map((_, i) => (i === 7 ? 'rejected' : 'fulfilled')));
    expect(await idsOf(events)).toEqual(new Set(events.filter((_, i) => i !== 7).map(({ id }) => id)));
  });

  it('settles to disk while the database is away, and brings it all to the ledger when it is back', async () => {
    await gate.shut();
    const events = Array.from({ length: 30 }, (_, i) => usageEvent(i < 3 ? { providerResponseId: `resp_${i}` } : {}));
    await Promise.all(events.map((event) => meter.settle(event)));
    expect(await sample('usage_spooled_total')).toBe(30);
    await gate.reopen();
    await eventually(async () => expect((await idsOf(events)).size).toBe(30));
    const { rows } = await t.db.query<{ named: string[] }>(
      `SELECT array_agg(provider_response_id ORDER BY provider_response_id)
                FILTER (WHERE provider_response_id IS NOT NULL) AS named
         FROM usage_events WHERE id = ANY($1)`,
      [events.map(({ id }) => id)],
    );
    expect(rows[0]?.named).toEqual(['resp_0', 'resp_1', 'resp_2']);
  });

  it('admits nothing while the disk takes nothing either, and goes on by itself once it does', async () => {
    await eventually(async () => expect(await t.app.get(DurableLedger).replay()).toBe(true));
    const folder = join(t.dataDir, 'spool');
    const refusal = async (): Promise<unknown> => ((await meter.hold([], () => 0n)) as { error?: unknown }).error;
    await gate.shut();
    await rename(folder, `${folder}.away`);
    const events = [usageEvent(), usageEvent()];
    let isSettled = false;
    const settling = Promise.all(events.map((event) => meter.settle(event))).then(() => (isSettled = true));
    await eventually(async () => expect(await refusal()).toMatchObject({ code: 'ledger_full' }));
    expect(isSettled).toBe(false);
    await rename(`${folder}.away`, folder);
    // The database is still away.
    await settling;
    expect(await refusal()).not.toMatchObject({ code: 'ledger_full' });
    await gate.reopen();
    await eventually(async () => expect((await idsOf(events)).size).toBe(2));
  });

  it("dates what it settles to disk by the database's clock", async () => {
    await eventually(async () => expect(await t.app.get(DurableLedger).replay()).toBe(true));
    const event = usageEvent();
    await gate.shut();
    const hourAhead = Date.now() + 3_600_000;
    jest.useFakeTimers({ now: hourAhead, doNotFake: [...ALL_BUT_DATE] });
    try {
      await meter.settle(event);
    } finally {
      jest.useRealTimers();
    }
    await gate.reopen();
    await eventually(async () => expect((await idsOf([event])).size).toBe(1));
    const { rows } = await t.db.query<{ age: number }>(
      'SELECT extract(epoch FROM now() - created_at)::float8 AS age FROM usage_events WHERE id = $1',
      [event.id],
    );
    expect(rows[0]?.age).toBeGreaterThanOrEqual(0);
    expect(rows[0]?.age).toBeLessThan(60);
  });

  it('sets a row aside that the ledger refuses, also one that waited on disk', async () => {
    await eventually(async () => expect(await t.app.get(DurableLedger).replay()).toBe(true));
    const refused = usageEvent({ inputTokens: -1 });
    await expect(meter.settle(refused)).rejects.toThrow();
    await eventually(async () =>
      expect((await t.db.query('SELECT 1 FROM usage_dead_letters WHERE id = $1', [refused.id])).rowCount).toBe(1),
    );
    await gate.shut();
    const waiting = [usageEvent(), usageEvent({ inputTokens: -1 }), usageEvent()];
    await Promise.all(waiting.map((event) => meter.settle(event)));
    await gate.reopen();
    await eventually(async () => {
      const bad = [refused.id, waiting[1]?.id];
      const { rowCount } = await t.db.query('SELECT 1 FROM usage_dead_letters WHERE id = ANY($1)', [bad]);
      expect(rowCount).toBe(2);
    });
    await eventually(async () => expect((await idsOf(waiting)).size).toBe(2));
  });

  it('writes what waits before the application is gone', async () => {
    const other = await createApp({ databaseUrl: database.url });
    const events = Array.from({ length: 10 }, () => usageEvent());
    const settling = events.map((event) => other.app.get(UsageMeter).settle(event));
    await Promise.all([other.close(), ...settling]);
    expect((await idsOf(events)).size).toBe(10);
  });
});
