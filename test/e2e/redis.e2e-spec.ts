import { Redis } from 'ioredis';
import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import { hasRedis, RedisServer } from '../support/redis.js';

const body = { model: 'm1', messages: [{ role: 'user', content: 'Hello' }] };

// What is proven of rows without Redis is proven elsewhere; this is about a real one.
(hasRedis ? describe : describe.skip)('two instances with Redis (needs redis-server on the PATH)', () => {
  let redis: RedisServer;
  let up: FakeUpstream;
  let one: TestApp;
  let two: TestApp;
  let user: GivenUser;

  beforeAll(async () => {
    redis = await RedisServer.start();
    up = (await FakeUpstream.start()).models(['m1']);
    const environment = { LITELLM_API_URL: up.url, REDIS_URL: redis.url, AUTH_RATE_MAX: '3' };
    one = await createApp({ environment });
    two = await createApp({ environment, databaseUrl: one.databaseUrl });
    user = await givenUser(one);
    await givenSubscription(one, user, 'm1');
  });
  afterAll(async () => {
    await two.close();
    await one.close();
    await up.stop();
    await redis.kill();
  });

  const limited = async (rpmLimit: number): Promise<string> => {
    const { id, key } = await givenApiKey(one, user, ['m1']);
    await one.db.query('UPDATE api_keys SET rpm_limit = $2 WHERE id = $1', [id, rpmLimit]);
    return key;
  };
  const call = async (app: TestApp, key: string): Promise<number> =>
    (await app.http.bearer(key).post('/v1/chat/completions', body)).status;
  const alternately = async (key: string, calls: number): Promise<number[]> => {
    const statuses: number[] = [];
    for (let i = 0; i < calls; i += 1) statuses.push(await call(i % 2 === 0 ? one : two, key));
    return statuses;
  };
  const failures = async (app: TestApp): Promise<number> =>
    Number(/rate_store_failures_total\{store="redis"\} (\d+)/.exec((await app.http.get('/metrics')).text)?.[1] ?? 0);
  const signIn = async (email: string): Promise<number> =>
    (await one.http.post('/api/auth/login', { email, password: 'Wrong-Horse-7-Battery' })).status;

  it('count together in it, and nowhere else', async () => {
    const key = await limited(6);
    expect(await alternately(key, 8)).toEqual([200, 200, 200, 200, 200, 200, 429, 429]);
    const client = new Redis(redis.url);
    expect((await client.keys('sluice:window:*')).length).toBeGreaterThan(0);
    client.disconnect();
    expect((await one.db.query('SELECT 1 FROM rate_windows')).rowCount).toBe(0);
    expect(await failures(one)).toBe(0);
  });

  it('go on while it is killed, with a warning metric, and count in it again when it is back', async () => {
    const key = await limited(6);
    expect(await alternately(key, 2)).toEqual([200, 200]);
    await redis.kill();
    const fresh = await limited(6);
    expect(await alternately(fresh, 8)).toEqual([200, 200, 200, 200, 200, 200, 429, 429]);
    expect(await failures(one)).toBeGreaterThan(0);
    const email = 'nobody-with-redis@example.com';
    const attempts: number[] = [];
    for (let i = 0; i < 5; i += 1) attempts.push(await signIn(email));
    expect(attempts).toEqual([401, 401, 401, 429, 429]);

    await redis.start();
    await eventually(async () => {
      const before = [await failures(one), await failures(two)];
      expect(await alternately(await limited(2), 4)).toEqual([200, 200, 429, 429]);
      expect([await failures(one), await failures(two)]).toEqual(before);
      const client = new Redis(redis.url);
      const windows = await client.keys('sluice:window:*');
      client.disconnect();
      expect(windows.length).toBeGreaterThan(0);
    }, 20_000);
  }, 60_000);
});
