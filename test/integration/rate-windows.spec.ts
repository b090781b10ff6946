import { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';
import { createDataSource, HotSql } from '#libs/database';
import { newId } from '#libs/kernel';
import {
  PostgresRateStore,
  type RateAsk,
  type RateGrant,
  type RateRule,
  RateStore,
  RateWindows,
  RedisRateStore,
} from '#libs/limits';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { hasRedis, RedisServer } from '../support/redis.js';

/** A store in front of the real one that can be cut off, and counts the questions. */
class Line extends RateStore {
  readonly kind = 'line';
  cut = false;
  stuck = false;
  asked = 0;

  constructor(private readonly store: RateStore) {
    super();
  }

  async take(asks: readonly RateAsk[]): Promise<RateGrant[]> {
    this.asked += 1;
    if (this.cut) throw new Error('cut');
    if (this.stuck) await new Promise((resolve) => setTimeout(resolve, 4_000).unref());
    return this.store.take(asks);
  }
}

describe('rate windows over several replicas', () => {
  let database: TestDatabase;
  let source: DataSource;
  let lines: [Line, Line];
  let replicas: [RateWindows, RateWindows];
  let away: string[];

  beforeAll(async () => {
    database = await createTestDatabase();
    source = await createDataSource(database.url).initialize();
  });
  beforeEach(() => {
    away = [];
    const store = new PostgresRateStore(new HotSql(source));
    lines = [new Line(store), new Line(store)];
    replicas = [
      new RateWindows([lines[0]], (kind) => away.push(kind)),
      new RateWindows([lines[1]], (kind) => away.push(kind)),
    ];
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  const rule = (limit: number, more: Partial<RateRule> = {}): RateRule => ({
    name: newId(),
    policy: 'requests',
    limit,
    windowMs: 60_000,
    ahead: 0,
    ...more,
  });
  const taken = async (replica: RateWindows, of: RateRule, amount = 1): Promise<number> =>
    (await replica.take(of, amount)).taken;

  it('lets exactly the limit through in a window, whichever replica is asked', async () => {
    for (const limit of [1, 2, 10, 100]) {
      const each = rule(limit);
      const outcomes = await Promise.all(
        Array.from({ length: 400 }, (_, i) => taken(replicas[i % 2 === 0 ? 0 : 1], each)),
      );
      expect(outcomes.filter((passed) => passed === 1)).toHaveLength(limit);
    }
  });

  it('never lets more through than the limit where replicas take shares along', async () => {
    const each = rule(1_000, { ahead: 100 });
    let passed = 0;
    for (let i = 0; i < 1_500; i += 1) passed += await taken(replicas[i % 2 === 0 ? 0 : 1], each);
    expect(passed).toBeLessThanOrEqual(1_000);
    expect(passed).toBeGreaterThanOrEqual(800);
    expect(lines[0].asked + lines[1].asked).toBeLessThan(100);
  });

  it('asks once for callers that come together', async () => {
    const [one, two] = [rule(100), rule(100)];
    await Promise.all(Array.from({ length: 50 }, (_, i) => taken(replicas[0], i % 2 === 0 ? one : two)));
    expect(lines[0].asked).toBe(1);
  });

  it('says how the limit stands, and counts down', async () => {
    const each = rule(10);
    const first = await replicas[0].take(each, 1);
    expect(first.standing()).toEqual({
      policy: 'requests',
      limit: 10,
      remaining: 9,
      resetSeconds: expect.any(Number) as number,
      windowSeconds: 60,
    });
    expect(first.standing().resetSeconds).toBeGreaterThan(55);
    const remaining = [];
    for (let i = 0; i < 4; i += 1)
      remaining.push((await replicas[i % 2 === 0 ? 1 : 0].take(each, 1)).standing().remaining);
    expect(remaining).toEqual([8, 7, 6, 5]);
  });

  it('begins a new window when the old one is over', async () => {
    const each = rule(1, { windowMs: 300 });
    expect(await taken(replicas[0], each)).toBe(1);
    expect(await taken(replicas[1], each)).toBe(0);
    await eventually(async () => expect(await taken(replicas[1], each)).toBe(1));
  });

  it('takes what is left where more is asked for, and corrects it by what was used', async () => {
    const each = rule(100, { policy: 'tokens' });
    const first = await replicas[0].take(each, 400);
    expect(first.taken).toBe(100);
    expect(await taken(replicas[1], each, 1)).toBe(0);
    replicas[0].correct(first, 30);
    // The other replica hears of what came back.
    await eventually(async () => expect(await taken(replicas[1], each, 70)).toBe(70));
    expect(await taken(replicas[0], each, 1)).toBe(0);
  });

  it('counts what was used beyond the estimate against every replica', async () => {
    const each = rule(100, { policy: 'tokens' });
    replicas[0].correct(await replicas[0].take(each, 10), 500);
    await eventually(async () => {
      const rows: { taken: string }[] = await source.query('SELECT taken FROM rate_windows WHERE name = $1', [
        each.name,
      ]);
      expect(rows[0]?.taken).toBe('500');
    });
    expect(await taken(replicas[1], each, 1)).toBe(0);
  });

  it('H-13 counts by itself while no store answers, and together again afterwards', async () => {
    const each = rule(3, { windowMs: 500 });
    lines[0].cut = true;
    const alone = await Promise.all(Array.from({ length: 10 }, () => taken(replicas[0], each)));
    expect(alone.filter((passed) => passed === 1)).toHaveLength(3);
    expect(away).toEqual(['line']);
    lines[0].cut = false;
    await eventually(async () => {
      await taken(replicas[0], each);
      expect(await source.query('SELECT taken FROM rate_windows WHERE name = $1', [each.name])).toHaveLength(1);
    }, 6_000);
  });

  it('H-13 asks the next store while the first is away, and does not knock at it for every call', async () => {
    lines[0].cut = true;
    const both = new RateWindows([lines[0], lines[1]], (kind) => away.push(kind));
    const each = rule(5);
    for (let i = 0; i < 5; i += 1) expect(await taken(both, each)).toBe(1);
    expect(await taken(replicas[1], each)).toBe(0);
    expect([lines[0].asked, away]).toEqual([1, ['line']]);
  });

  it('H-13 lets no call wait for a store that is stuck', async () => {
    lines[0].stuck = true;
    const each = rule(5);
    const startedAt = performance.now();
    expect(await taken(replicas[0], each)).toBe(1);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(await taken(replicas[0], each)).toBe(1);
    expect([lines[0].asked, away]).toEqual([1, ['line']]);
  });
});

(hasRedis ? describe : describe.skip)('rate windows in Redis (needs redis-server on the PATH)', () => {
  let server: RedisServer;
  let clients: Redis[];
  let replicas: RateWindows[];
  let away: string[];

  beforeAll(async () => {
    server = await RedisServer.start();
    away = [];
    clients = [new Redis(server.url), new Redis(server.url)];
    replicas = clients.map((client) => new RateWindows([new RedisRateStore(client)], (kind) => away.push(kind)));
  });
  afterAll(async () => {
    clients.forEach((client) => client.disconnect());
    await server.kill();
  });

  it('let exactly the limit through, begin a new one, and take corrections', async () => {
    const [one, two] = replicas as [RateWindows, RateWindows];
    const rule: RateRule = { name: newId(), policy: 'tokens', limit: 100, windowMs: 1_000, ahead: 0 };
    const outcomes = await Promise.all(
      Array.from({ length: 300 }, async (_, i) => (await (i % 2 === 0 ? one : two).take(rule, 1)).taken),
    );
    expect(outcomes.filter((passed) => passed === 1)).toHaveLength(100);
    const all = await eventually(async () => {
      const take = await one.take(rule, 100);
      expect(take.taken).toBe(100);
      return take;
    });
    one.correct(all, 40);
    await eventually(async () => expect((await two.take(rule, 60)).taken).toBe(60));
    expect(away).toEqual([]);
  });
});
