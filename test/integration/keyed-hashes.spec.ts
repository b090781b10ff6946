import { KeyRing, sha256 } from '#libs/crypto';
import { createApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { givenApiKey, type GivenApiKey } from '../support/given/api-keys.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import { cookieOf } from '../support/cookies.js';

const JWT_SECRET = 'hG3kP9vX2qL7mN5tR8wY1zB4cF6jD0sA-eU';

describe('what is stored of tokens and keys', () => {
  let database: TestDatabase;
  let t: TestApp;
  let user: GivenUser;
  let key: GivenApiKey;

  const start = (): Promise<TestApp> => createApp({ databaseUrl: database.url, environment: { JWT_SECRET } });
  const isKnown = async (): Promise<boolean> => (await t.http.bearer(key.key).get('/v1/models')).status === 200;
  const stored = async (): Promise<Buffer | undefined> =>
    (await t.db.query<{ hash: Buffer }>('SELECT secret_hash AS hash FROM api_keys WHERE id = $1', [key.id])).rows[0]
      ?.hash;

  beforeAll(async () => {
    database = await createTestDatabase();
    t = await start();
    user = await givenUser(t);
    key = await givenApiKey(t, user, []);
  });
  afterAll(async () => {
    await t.close();
    await database.drop();
  });

  it('takes over what was stored as a bare SHA-256 when it starts', async () => {
    const signedIn = await t.http.post<{ data: { csrfToken: string } }>('/api/auth/login', {
      email: user.email,
      password: user.password,
    });
    const cookie = cookieOf(signedIn, 'sluice_refresh')?.value ?? '';
    await t.db.query('UPDATE api_keys SET secret_hash = $1', [sha256(key.key)]);
    await t.db.query('UPDATE sessions SET refresh_hash = sha256(id::text::bytea)');
    await t.db.query('UPDATE sessions SET refresh_hash = $1 WHERE id = $2', [sha256(cookie), cookie.split('.')[0]]);
    await t.close();
    t = await start();
    expect(await stored()).toHaveLength(40);
    expect(await isKnown()).toBe(true);
    const refresh = await t.http.post('/api/auth/refresh', undefined, {
      headers: { cookie: `sluice_refresh=${cookie}`, 'x-csrf-token': signedIn.body.data.csrfToken },
    });
    expect(refresh.status).toBe(200);
  });

  it('goes on when the keys change, on every replica, and hashes anew what it sees', async () => {
    const other = await start();
    const before = await stored();
    const { id } = await t.app.get(KeyRing).rotate('hash', 1_500);
    await eventually(async () => {
      expect((await other.http.bearer(key.key).get('/v1/models')).status).toBe(200);
      expect(other.app.get(KeyRing).list('hash')[0].id).toBe(id);
    });
    const late = await givenApiKey(other, user, []);
    expect((await t.http.bearer(late.key).get('/v1/models')).status).toBe(200);
    await eventually(async () => {
      expect(await isKnown()).toBe(true);
      expect((await stored())?.toString('hex', 0, 8)).toBe(id);
    });
    expect(await stored()).not.toEqual(before);
    expect(await isKnown()).toBe(true);
    await other.close();
  });

  it('knows nothing that another key hashed', async () => {
    await t.db.query("DELETE FROM ring_keys WHERE purpose = 'hash'");
    await t.close();
    t = await start();
    expect((await t.http.bearer(key.key).get('/v1/models')).status).toBe(401);
  });
});
