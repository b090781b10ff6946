import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SYSTEM } from '#libs/access';
import { ModelCatalog } from '../../src/models/model.catalog.js';
import { ModelSync } from '../../src/models/model.sync.js';
import { createApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenUser } from '../support/given/users.js';

const entry = (key: string, input: string, output: string): object => ({
  key,
  source: 'https://example.com/pricing',
  date: '2026-11-20',
  input,
  output,
});
const listOf = (updated: string, ...prices: object[]): string => JSON.stringify({ updated, prices });

describe('the prices of models whose provider states none', () => {
  let directory: string;
  let file: string;
  let upstream: FakeUpstream;
  let database: TestDatabase;
  const open: TestApp[] = [];

  /** An application that knows the models through a list of names alone. */
  async function start(environment: Record<string, string> = {}): Promise<TestApp> {
    const t = await createApp({
      databaseUrl: database.url,
      environment: {
        OPENAI_BASE_URL: `${upstream.url}/v1`,
        OPENAI_API_KEY: 'sk-a-1',
        PRICE_LIST_FILE: file,
        ...environment,
      },
    });
    open.push(t);
    return t;
  }
  const priceOf = async (t: TestApp, id: string) => (await t.app.get(ModelCatalog).resolve(id))?.price;
  const sync = (t: TestApp) => t.app.get(ModelSync).run(SYSTEM);

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'sluice-prices-'));
    file = join(directory, 'prices.json');
    writeFileSync(file, listOf('2026-11-20', entry('gpt-4o', '2.5', '10'), entry('gpt-4o-mini', '0.15', '0.6')));
    upstream = await FakeUpstream.start();
    upstream.models(['openai/gpt-4o-mini-2024-07-18', 'GPT-4O', 'unknown']);
    database = await createTestDatabase();
  });
  afterEach(async () => {
    for (const t of open.splice(0)) await t.close();
    await upstream.stop();
    await database.drop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('B-05 come from the list, and B-07 are the default where it has none', async () => {
    const t = await start();
    expect(await priceOf(t, 'openai/gpt-4o-mini-2024-07-18')).toMatchObject({ input: 150_000n, source: 'list' });
    expect(await priceOf(t, 'GPT-4O')).toMatchObject({ input: 2_500_000n, output: 10_000_000n, source: 'list' });
    expect(await priceOf(t, 'unknown')).toMatchObject({ input: 6_000_000n, output: 6_000_000n, source: 'default' });
    const { rows } = await t.db.query(
      "SELECT source_note, source_url, source_date::text FROM model_prices WHERE model_id = 'GPT-4O'",
    );
    expect(rows).toEqual([
      { source_note: 'Matched by "gpt-4o".', source_url: 'https://example.com/pricing', source_date: '2026-11-20' },
    ]);
  });

  it('follow the list when it changes, as new rows of the history', async () => {
    const t = await start();
    writeFileSync(file, listOf('2026-11-21', entry('gpt-4o', '2', '8')));
    await sync(t);
    expect(await priceOf(t, 'GPT-4O')).toMatchObject({ input: 2_000_000n });
    const { rows } = await t.db.query("SELECT input FROM model_prices WHERE model_id = 'GPT-4O' ORDER BY valid_from");
    expect(rows).toEqual([{ input: '2500000' }, { input: '2000000' }]);
    // A replica that still has the list of yesterday does not turn it back.
    writeFileSync(file, listOf('2026-11-20', entry('gpt-4o', '2.5', '10')));
    await sync(t);
    expect(await priceOf(t, 'GPT-4O')).toMatchObject({ input: 2_000_000n });
  });

  it.each([
    ['empty', ''],
    ['no JSON', '{"updated": "2026-11-21", "prices": ['],
    ['without prices', listOf('2026-11-21')],
    ['too large', listOf('2026-11-21', { ...entry('gpt-4o', '1', '1'), pad: 'x'.repeat(2_000_000) })],
    ['with a key twice', listOf('2026-11-21', entry('gpt-4o', '1', '1'), entry('gpt-4o', '2', '2'))],
    ['free', listOf('2026-11-21', entry('gpt-4o', '0', '0'))],
  ])('stay those of the last good list when the next one is %s', async (_, broken) => {
    await (await start()).close();
    open.length = 0;
    writeFileSync(file, broken);
    const t = await start();
    expect((await t.http.get('/liveness')).status).toBe(200);
    upstream.models(['openai/gpt-4o-mini-2024-07-18', 'GPT-4O', 'gpt-4o-new']);
    await sync(t);
    expect(await priceOf(t, 'gpt-4o-new')).toMatchObject({ input: 2_500_000n, source: 'list' });
    expect(await priceOf(t, 'GPT-4O')).toMatchObject({ input: 2_500_000n });
    const warnings = t.logs.filter((line) => line.includes('The last good one stays in use'));
    expect(warnings).toHaveLength(1);
  });

  it('are the default when there never was a list, and the process lives', async () => {
    const t = await start({ PRICE_LIST_FILE: join(directory, 'nothing.json') });
    expect(await priceOf(t, 'GPT-4O')).toMatchObject({ input: 6_000_000n, source: 'default' });
    expect(t.logs.join('')).toContain('nothing.json');
  });

  it('refuse the model when that is the policy, never make it free', async () => {
    const t = await start({ UNKNOWN_PRICE_POLICY: 'refuse' });
    expect(await priceOf(t, 'unknown')).toBeUndefined();
    expect(await priceOf(t, 'GPT-4O')).toBeDefined();
    const { http } = await givenUser(t);
    expect((await http.get<{ data: object }>('/api/v1/models/unknown')).body.data).toMatchObject({
      availability: 'unavailable',
    });
    const named = async (availability: string): Promise<string[]> =>
      (await http.get<{ data: { id: string }[] }>(`/api/v1/models?availability=${availability}`)).body.data.map(
        ({ id }) => id,
      );
    expect(await named('unavailable')).toEqual(['unknown']);
    expect(await named('available')).not.toContain('unknown');
    const admin = await givenUser(t, { role: 'admin' });
    const prices = { inputCost: '0.000006', outputCost: '0.000006' };
    expect((await admin.http.post('/api/v1/admin/models/unknown/prices', prices)).status).toBe(201);
    expect(await priceOf(t, 'unknown')).toMatchObject({ source: 'admin' });
  });
});
