import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { SYSTEM } from '#libs/access';
import { KeyRing } from '#libs/crypto';
import { JobRunner } from '#libs/jobs';
import { newId } from '#libs/kernel';
import { careForEncryptionKeys, EncryptionRotation } from '../../src/encryption/encryption.rotation.js';
import { createApp, TEST_ENCRYPTION_KEY, type TestApp } from '../support/app.js';
import { build } from '../support/built.js';
import { eventually } from '../support/eventually.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { GIVEN_PASSWORD, givenUser, sealedEmail } from '../support/given/users.js';

const PEOPLE = 1_500;
const environment = { REGISTRATION_RATE_MAX: '100000', AUTH_RATE_MAX: '100000', AUTH_ACCOUNT_RATE_MAX: '100000' };

describe('a change of keys while two replicas serve', () => {
  let one: TestApp;
  let two: TestApp;
  beforeAll(async () => {
    one = await createApp({ environment });
    two = await createApp({ environment, databaseUrl: one.databaseUrl });
    const ids = Array.from({ length: PEOPLE }, () => newId());
    const sealed = ids.map((id, n) => sealedEmail(one, id, `person-${n}@example.com`));
    await one.db.query(
      `INSERT INTO users (id, email_sealed, email_key_id, email_index, name, role)
       SELECT id, sealed, key_id, found_by, 'Somebody', 'user'
         FROM unnest($1::uuid[], $2::bytea[], $3::text[], $4::bytea[]) AS row (id, sealed, key_id, found_by)`,
      [ids, sealed.map(([box]) => box), sealed.map(([, keyId]) => keyId), sealed.map(([, , index]) => index)],
    );
    await build();
  }, 180_000);
  afterAll(async () => {
    await two.close();
    await one.close();
  });

  const keysOfRows = async (): Promise<string[]> =>
    (await one.db.query<{ id: string }>('SELECT DISTINCT email_key_id AS id FROM users')).rows.map(({ id }) => id);

  it('K-24 fails no request, and leaves every row with the new keys', async () => {
    const [user, other] = [await givenUser(one), await givenUser(one)];
    const { key } = await givenApiKey(one, user, []);
    const answers = new Map<string, number>();
    const over = new AbortController();
    const note = (what: string, { status }: { status: number }): void => {
      answers.set(`${what} ${status}`, (answers.get(`${what} ${status}`) ?? 0) + 1);
    };
    const { email, password } = user;
    const load = async (t: TestApp, n: number): Promise<void> => {
      for (let round = 0; !over.signal.aborted; round += 1) {
        const person = { email: `new-${n}-${round}@example.com`, password: GIVEN_PASSWORD, name: 'New' };
        note('login', await t.http.post('/api/auth/login', { email, password }));
        note('me', await t.http.bearer(other.token).get('/api/v1/auth/me'));
        note('models', await t.http.bearer(key).get('/v1/models'));
        note('register', await t.http.post('/api/auth/register', person));
        note('again', await (n % 2 === 0 ? two : one).http.post('/api/auth/register', person));
      }
    };
    const callers = [one, two, one, two].map((t, n) => load(t, n));
    const before = one.app.get(KeyRing).list('seal')[0].id;
    const resealed = await one.app.get(EncryptionRotation).run(SYSTEM, { hashes: true });
    await new Promise((done) => setTimeout(done, 200));
    over.abort();
    await Promise.all(callers);
    expect([...answers.keys()].sort()).toEqual(['again 409', 'login 200', 'me 200', 'models 200', 'register 201']);
    expect(answers.get('login 200')).toBeGreaterThan(20);
    expect(resealed).toBeGreaterThanOrEqual(PEOPLE);

    expect(await one.app.get(JobRunner).run(careForEncryptionKeys)).toBe(true);
    const [seal] = one.app.get(KeyRing).list('seal');
    const [hash] = one.app.get(KeyRing).list('hash');
    expect(seal.id).not.toBe(before);
    expect(two.app.get(KeyRing).list('seal')[0].id).toBe(seal.id);
    expect(await keysOfRows()).toEqual([seal.id]);
    const { rows } = await one.db.query<{ id: string }>(
      "SELECT DISTINCT encode(substring(email_index FOR 8), 'hex') AS id FROM users",
    );
    expect(rows).toEqual([{ id: hash.id }]);

    one.clock.advance({ hours: 2 });
    // A delivery that waits for days is sealed as it was, so its key stays until it is gone.
    await one.db.query(
      `INSERT INTO outbox (id, handler, payload, available_at) VALUES ($1, 'mail', $2, now() + interval '1 day')`,
      [newId(), { keyId: before }],
    );
    const care = async () => expect(await one.app.get(JobRunner).run(careForEncryptionKeys)).toBe(true);
    const kept = async () => (await one.db.query('SELECT 1 FROM ring_keys WHERE id = $1', [before])).rows.length;
    await care();
    expect(await kept()).toBe(1);
    await one.db.query('DELETE FROM outbox');
    one.clock.advance({ hours: 2 });
    await care();
    for (const t of [one, two]) {
      await eventually(() =>
        expect(
          t.app
            .get(KeyRing)
            .list('seal')
            .map(({ id }) => id),
        ).toEqual([seal.id]),
      );
      expect((await t.http.post('/api/auth/login', { email, password })).status).toBe(200);
    }
  });

  it('K-24 is finished after a kill, by whoever begins again', async () => {
    const [before] = await keysOfRows();
    const rotate = (): ReturnType<typeof spawn> =>
      spawn(process.execPath, [resolve(__dirname, '../../dist/src/rotate-encryption-key.js')], {
        env: {
          PATH: process.env['PATH'],
          NODE_ENV: 'test',
          DATA_DIR: one.dataDir,
          DATABASE_URL: one.databaseUrl,
          ENCRYPTION_KEY: TEST_ENCRYPTION_KEY,
        },
        stdio: 'ignore',
      });
    const first = rotate();
    const ended = once(first, 'exit');
    await eventually(async () => expect(await keysOfRows()).not.toEqual([before]), 30_000);
    first.kill('SIGKILL');
    await ended;
    // Between two keys everything is read, and the job goes on where the other was stopped.
    for (const t of [one, two]) {
      const { status } = await t.http.post('/api/auth/login', {
        email: 'person-1@example.com',
        password: 'Wrong-Horse-7',
      });
      expect(status).toBe(401);
    }
    expect(await two.app.get(JobRunner).run(careForEncryptionKeys)).toBe(true);
    const [left, ...more] = await keysOfRows();
    expect([left === before, more]).toEqual([false, []]);
    const second = rotate();
    expect(await once(second, 'exit')).toEqual([0, null]);
    expect(await keysOfRows()).toHaveLength(1);
    expect(await keysOfRows()).not.toEqual([left]);
  }, 60_000);
});
