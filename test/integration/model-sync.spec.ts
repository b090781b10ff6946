import { setTimeout as sleep } from 'node:timers/promises';
import { SYSTEM } from '#libs/access';
import { ModelCatalog } from '../../src/models/model.catalog.js';
import { ModelSync } from '../../src/models/model.sync.js';
import { UpstreamPool } from '../../src/providers/upstream.pool.js';
import { createApp, type TestApp } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser } from '../support/given/users.js';

/** PostgreSQL's mark of the version of each row: it changes with every write. */
async function versions(t: TestApp): Promise<{ id: string }[]> {
  const { rows } = await t.db.query<{ id: string }>('SELECT id, xmin::text, availability FROM models ORDER BY id');
  return rows;
}

async function syncRecords(t: TestApp): Promise<{ actor_kind: string; new_values: Record<string, unknown> }[]> {
  const { rows } = await t.db.query<{ actor_kind: string; new_values: Record<string, unknown> }>(
    "SELECT actor_kind, new_values FROM audit_logs WHERE action = 'MODELS_SYNCED' ORDER BY id",
  );
  return rows;
}

/** Resolves when so many connections wait for the table of models. */
async function waitingForModels(t: TestApp, count: number): Promise<void> {
  for (const deadline = Date.now() + 5_000; Date.now() < deadline; await sleep(20)) {
    const { rowCount } = await t.db.query("SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'models'::regclass");
    if (rowCount === count) return;
  }
  throw new Error('Nobody waits for the table of models.');
}

describe('synchronising the catalogue', () => {
  let first: FakeUpstream;
  let second: FakeUpstream;
  let t: TestApp;
  const run = () => t.app.get(ModelSync).run(SYSTEM);

  beforeEach(async () => {
    [first, second] = [await FakeUpstream.start(), await FakeUpstream.start()];
    first.models(['shared', 'one']);
    second.models(['shared', 'two']);
    t = await createApp({
      environment: { LITELLM_API_URL: first.url, OPENAI_BASE_URL: `${second.url}/v1`, OPENAI_API_KEY: 'sk-a-1,sk-b-2' },
    });
  });
  afterEach(async () => {
    await t.close();
    await Promise.all([first.stop(), second.stop()]);
  });

  it('M-03 keeps the models of every provider, a shared name with the first', async () => {
    const { rows } = await t.db.query(
      `SELECT m.id, p.slug, m.upstream_name, price.source, price.input
         FROM models m JOIN providers p ON p.id = m.provider_id, model_price_in_force(m.id, now()) AS price
        ORDER BY m.id`,
    );
    expect(rows).toEqual([
      { id: 'one', slug: 'litellm', upstream_name: 'one', source: 'upstream', input: '150000' },
      { id: 'openai/shared', slug: 'openai', upstream_name: 'shared', source: 'default', input: '6000000' },
      { id: 'shared', slug: 'litellm', upstream_name: 'shared', source: 'upstream', input: '150000' },
      { id: 'two', slug: 'openai', upstream_name: 'two', source: 'default', input: '6000000' },
    ]);
  });

  it('writes no model and no record when nothing changed', async () => {
    const before = await versions(t);
    expect(await run()).toEqual({ added: 0, updated: 0, removed: 0, failures: [] });
    expect(await versions(t)).toEqual(before);
    expect(await syncRecords(t)).toHaveLength(2);
  });

  it('writes only what changed, records it once, and forgets the old price at once', async () => {
    const catalog = t.app.get(ModelCatalog);
    expect(await catalog.resolve('one')).toMatchObject({ price: { input: 150_000n } });
    first.models(['shared', { id: 'one', inputCostPerToken: 1e-6 }, 'new']);
    expect(await run()).toEqual({ added: 1, updated: 1, removed: 0, failures: [] });
    expect(await catalog.resolve('one')).toMatchObject({ price: { input: 1_000_000n } });
    const records = await syncRecords(t);
    expect(records).toHaveLength(3);
    expect(records[2]).toMatchObject({
      actor_kind: 'system',
      new_values: {
        provider: 'litellm',
        counts: { added: 1, updated: 1, retired: 0 },
        added: ['new'],
        updated: ['one'],
        prices: [{ model: 'one', price: '0.000001/0.0000006/-' }],
      },
    });
  });

  it('keeps the old price when a provider states ten times as much, and says so', async () => {
    first.models(['shared', { id: 'one', inputCostPerToken: 1.5e-6 }]);
    expect(await run()).toMatchObject({ updated: 0 });
    expect(await t.app.get(ModelCatalog).resolve('one')).toMatchObject({ price: { input: 150_000n } });
    expect(t.logs.join('')).toMatch(/a price ten times.*0\.0000015/);
  });

  it('makes a vanished model unavailable, deletes nothing, and takes it back', async () => {
    const catalog = t.app.get(ModelCatalog);
    const user = await givenUser(t);
    await givenSubscription(t, user, 'one');
    expect(await catalog.resolve('one')).toBeDefined();
    first.models(['shared']);
    expect(await run()).toMatchObject({ removed: 1 });
    expect(await catalog.resolve('one')).toBeUndefined();
    expect(await catalog.existing(['one', 'nothing'])).toEqual(new Set(['one']));
    const shown = await user.http.get<{ data: object }>('/api/v1/models/one');
    expect(shown.body.data).toMatchObject({ availability: 'unavailable', stale: false });
    first.models(['shared', 'one']);
    expect(await run()).toMatchObject({ added: 0, updated: 1 });
    expect(await catalog.resolve('one')).toBeDefined();
  });

  it('M-06 keeps the last catalogue of a provider that fails, marked as stale, and the others go on', async () => {
    const user = await givenUser(t);
    first.always({ status: 500 });
    second.models(['shared', 'two', 'three']);
    expect(await run()).toEqual({
      added: 1,
      updated: 0,
      removed: 0,
      failures: [{ provider: 'litellm', reason: 'The provider refused to list its models (HTTP 500).' }],
    });
    const list = await user.http.get<{ data: { id: string; stale: boolean; availability: string }[] }>(
      '/api/v1/models',
    );
    expect(list.body.data.map(({ id, stale }) => [id, stale])).toEqual([
      ['one', true],
      ['openai/shared', false],
      ['shared', true],
      ['three', false],
      ['two', false],
    ]);
    expect(list.body.data.every(({ availability }) => availability === 'available')).toBe(true);
    first.always({});
    expect(await run()).toMatchObject({ failures: [] });
    expect((await user.http.get<{ data: { stale: boolean } }>('/api/v1/models/one')).body.data.stale).toBe(false);
  });

  it('does not believe a provider that suddenly lists nothing', async () => {
    first.models([]);
    expect((await run()).failures).toHaveLength(1);
    expect(await t.app.get(ModelCatalog).resolve('one')).toBeDefined();
  });

  it('leaves models of administrators alone', async () => {
    await givenModel(t, { id: 'by-hand', provider: 'litellm' });
    await run();
    expect(await t.app.get(ModelCatalog).resolve('by-hand')).toBeDefined();
  });

  it('records a change once when runs overlap, in this process and beside it', async () => {
    const replica = await createApp({
      databaseUrl: t.databaseUrl,
      environment: { LITELLM_API_URL: first.url, OPENAI_BASE_URL: `${second.url}/v1`, OPENAI_API_KEY: 'sk-a-1,sk-b-2' },
    });
    const blocker = await t.db.connect();
    try {
      first.models(['shared', 'one', 'four']);
      second.models(['shared', 'two', 'five']);
      await blocker.query('BEGIN; LOCK TABLE models IN SHARE ROW EXCLUSIVE MODE');
      const runs = [run(), run(), replica.app.get(ModelSync).run(SYSTEM)];
      await waitingForModels(t, 2);
      await blocker.query('COMMIT');
      await Promise.all(runs);
      expect((await versions(t)).map(({ id }) => id)).toEqual([
        'five',
        'four',
        'one',
        'openai/shared',
        'shared',
        'two',
      ]);
      const records = (await syncRecords(t)).slice(2);
      expect(records.map(({ new_values }) => new_values['added'])).toEqual([['four'], ['five']]);
      expect(replica.app.get(UpstreamPool).providers()).toEqual(t.app.get(UpstreamPool).providers());
    } finally {
      blocker.release(true);
      await replica.close();
    }
  });

  it('keeps no secret, only what tells keys apart', async () => {
    const pool = t.app.get(UpstreamPool);
    const { rows } = await t.db.query<{ id: string; fingerprint: Buffer; hint: string }>('SELECT * FROM provider_keys');
    expect(rows.map(({ fingerprint, hint }) => [fingerprint.length, hint])).toEqual([
      [32, '…'],
      [32, '…'],
    ]);
    expect(pool.target('00000000-0000-7000-8000-000000000000')).toBeUndefined();
  });
});

describe('the catalogue of the start before', () => {
  const PRODUCTION = {
    NODE_ENV: 'production',
    JWT_SECRET: 'q8Zt4Rw1Lx7Vn3Kd9Ps5Ym2Hc6Jb0Gf-TaUe',
    // The tests' cheap hash is not good enough for production.
    PASSWORD_HASH_MEMORY_KIB: undefined,
  };

  it('M-06 is kept in production when the provider is away, and marked as stale', async () => {
    const database = await createTestDatabase();
    const upstream = await FakeUpstream.start();
    upstream.models(['kept']);
    const environment = { LITELLM_API_URL: upstream.url };
    try {
      await (await createApp({ databaseUrl: database.url, environment })).close();
      await upstream.stop();
      const t = await createApp({ databaseUrl: database.url, environment: { ...PRODUCTION, ...environment } });
      try {
        expect((await t.http.get('/liveness')).status).toBe(200);
        const { http } = await givenUser(t);
        const { body } = await http.get<{ data: object[] }>('/api/v1/models');
        expect(body.data).toMatchObject([{ id: 'kept', availability: 'available', stale: true }]);
      } finally {
        await t.close();
      }
    } finally {
      await database.drop();
    }
  });

  it('is not callable once its provider is not configured any more, and is again when it is', async () => {
    const database = await createTestDatabase();
    const upstream = await FakeUpstream.start();
    upstream.models(['kept']);
    const start = (environment: Record<string, string>) => createApp({ databaseUrl: database.url, environment });
    try {
      await (await start({ LITELLM_API_URL: upstream.url })).close();
      const without = await start({});
      expect(await without.app.get(ModelCatalog).resolve('kept')).toBeUndefined();
      await without.close();
      const again = await start({ LITELLM_API_URL: upstream.url });
      expect(await again.app.get(ModelCatalog).resolve('kept')).toBeDefined();
      await again.close();
    } finally {
      await upstream.stop();
      await database.drop();
    }
  });

  it('M-06 takes mocks away with the first real catalogue', async () => {
    const database = await createTestDatabase();
    const upstream = await FakeUpstream.start();
    upstream.models(['real']).always({ status: 503 });
    const t = await createApp({
      databaseUrl: database.url,
      environment: { NODE_ENV: 'development', LITELLM_API_URL: upstream.url },
    });
    try {
      expect(await versions(t)).toHaveLength(3);
      upstream.always({});
      expect(await t.app.get(ModelSync).run(SYSTEM)).toMatchObject({ added: 1 });
      expect(await versions(t)).toMatchObject([{ id: 'real' }]);
    } finally {
      await t.close();
      await upstream.stop();
      await database.drop();
    }
  });
});
