import { SYSTEM } from '#libs/access';
import { EncryptionRotation } from '../../src/encryption/encryption.rotation.js';
import { createApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenPool } from '../support/given/providers.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser } from '../support/given/users.js';

const FIRST = 'first-Vb7Qx2Lm9Kt4Rw6Zp1Hc8Nd3Sf5Yj0';
const SECOND = 'second-Zp1Hc8Nd3Sf5Yj0Vb7Qx2Lm9Kt4Rw6';

describe('the key pool of several processes on one database', () => {
  let database: TestDatabase;
  let up: FakeUpstream;
  const apps: TestApp[] = [];
  const start = async (environment: Record<string, string> = {}): Promise<TestApp> => {
    const app = await createApp({
      databaseUrl: database.url,
      environment: { PROVIDER_PRIVATE_ADDRESSES: 'true', ENCRYPTION_KEY: FIRST, ...environment },
    });
    apps.push(app);
    return app;
  };
  beforeAll(async () => {
    database = await createTestDatabase();
    up = await FakeUpstream.start();
    up.models(['served']);
  });
  beforeEach(() => up.reset());
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });
  afterAll(async () => {
    await database.drop();
    await up.stop();
  });

  async function staged(t: TestApp, values: readonly string[]) {
    const admin = await givenUser(t, { role: 'admin' });
    const pool = await givenPool(admin, up, values);
    const { id: model } = await givenModel(t, { provider: pool.slug, upstreamName: 'served' });
    const user = await givenUser(t);
    await givenSubscription(t, user, model);
    const { key } = await givenApiKey(t, user, [model]);
    const call = (app: TestApp) =>
      app.http.bearer(key).post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hello' }] });
    return { admin, pool, call };
  }
  const seen = (value: string): number =>
    up.requests.filter(({ method, headers }) => method === 'POST' && headers['authorization'] === `Bearer ${value}`)
      .length;

  it('K-22 skips in one what broke in the other, and uses there what was added here', async () => {
    const [one, two] = [await start(), await start()];
    const [bad, good] = ['sk-upstream-bad-0123456789', 'sk-upstream-good-0123456789'];
    const { admin, pool, call } = await staged(one, [bad, good]);
    up.always(({ headers }) => (headers['authorization'] === `Bearer ${bad}` ? { status: 500 } : {}));
    // The second process learns of the provider and its keys within a second or two.
    await eventually(async () => expect((await call(two)).status).toBe(200));
    for (let n = 0; n < 12; n += 1) expect((await call(one)).status).toBe(200);
    const second = await givenUser(two, { role: 'admin' });
    await eventually(async () => {
      const { body } = await second.http.get<{ data: { state: string }[] }>(pool.keys);
      expect(body.data.map(({ state }) => state)).toEqual(['unhealthy', 'healthy']);
    });
    const before = seen(bad);
    for (let n = 0; n < 10; n += 1) expect((await call(two)).status).toBe(200);
    expect(seen(bad)).toBe(before);
    await admin.http.delete(`${pool.keys}/${pool.keyIds[1] ?? ''}`);
    const added = 'sk-upstream-added-0123456789';
    await admin.http.post(pool.keys, { value: added });
    await eventually(async () => {
      expect((await call(two)).status).toBe(200);
      expect(seen(added)).toBeGreaterThan(0);
    });
  });

  it('K-22 remembers after a restart what was learnt before', async () => {
    const one = await start();
    const [bad, good] = ['sk-upstream-bad-9876543210', 'sk-upstream-good-9876543210'];
    const { call } = await staged(one, [bad, good]);
    up.always(({ headers }) => (headers['authorization'] === `Bearer ${bad}` ? { status: 401 } : {}));
    for (let n = 0; n < 3; n += 1) await call(one);
    expect(seen(bad)).toBe(1);
    await one.close();
    apps.splice(0);
    const again = await start();
    for (let n = 0; n < 6; n += 1) expect((await call(again)).status).toBe(200);
    expect(seen(bad)).toBe(1);
  });

  it('K-24 does without a key that it cannot open, and says so', async () => {
    const one = await start();
    const { pool, call } = await staged(one, ['sk-upstream-lost-0123456789']);
    await one.db.query("UPDATE provider_keys SET sealed_with = 'ffffffffffffffff' WHERE sealed_with IS NOT NULL");
    await one.close();
    apps.splice(0);
    const without = await start();
    const admin = await givenUser(without, { role: 'admin' });
    expect((await admin.http.get(pool.keys)).body).toMatchObject({ data: [{ state: 'unreadable' }] });
    expect((await call(without)).status).toBe(503);
    await without.db.query("DELETE FROM provider_keys WHERE sealed_with = 'ffffffffffffffff'");
  });

  it('K-24 seals every key with the new encryption key, and the old one may be dropped', async () => {
    const one = await start();
    const value = 'sk-upstream-rotated-0123456789';
    const { call } = await staged(one, [value]);
    await one.close();
    apps.splice(0);

    const both = await start({ ENCRYPTION_KEY: SECOND, ENCRYPTION_KEYS_OLD: FIRST });
    expect((await call(both)).status).toBe(200);
    expect(await both.app.get(EncryptionRotation).run(SYSTEM)).toBeGreaterThan(0);
    expect((await call(both)).status).toBe(200);
    const { rows } = await both.db.query<{ sealed_with: string }>(
      'SELECT DISTINCT sealed_with FROM provider_keys WHERE sealed_with IS NOT NULL',
    );
    expect(rows).toHaveLength(1);
    await both.close();
    apps.splice(0);

    const later = await start({ ENCRYPTION_KEY: SECOND });
    expect((await call(later)).status).toBe(200);
    expect(seen(value)).toBe(3);
  });
});
