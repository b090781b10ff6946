import { SYSTEM } from '#libs/access';
import { EncryptionRotation } from '../../src/encryption/encryption.rotation.js';
import { Resealing } from '../../src/encryption/resealing.js';
import { UserDirectory } from '../../src/users/user.directory.js';
import { createApp, TEST_ENCRYPTION_KEY, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { emailIndex, GIVEN_PASSWORD, givenUser } from '../support/given/users.js';

const NEW_KEY = 'Nw8Ht3Vq6Ld1Xk9Rb4Zs7Mc2Pf5Gj0Ya-Te2';
const PASSWORD = GIVEN_PASSWORD;

describe('how people are reached', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await createApp({ environment: { REGISTRATION_RATE_MAX: '1000' } });
  });
  afterAll(() => t.close());

  const register = (email: string, app = t) =>
    app.http.post('/api/auth/register', { email, password: PASSWORD, name: 'Ada Lovelace' });
  const login = (email: string, app = t) => app.http.post('/api/auth/login', { email, password: PASSWORD });

  /** Every row of every table, as text, and the bytes in it as they are. */
  async function dump(): Promise<string> {
    const { rows: tables } = await t.db.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await t.db.query<Record<string, unknown>>(`SELECT * FROM "${name}"`);
      for (const row of rows) {
        texts.push(...Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : '')));
        texts.push(JSON.stringify(row));
      }
    }
    return texts.join('\n');
  }

  it('U-06 writes no address into the log but masked', async () => {
    const email = 'katherine.johnson@nasa.example';
    const before = t.logs.length;
    await register(email);
    await login(email.toUpperCase());
    await t.http.post('/api/auth/login', { email, password: 'Wrong-Horse-8-Battery' });
    await t.http.get(`/api/v1/auth/me?email=${encodeURIComponent(email)}&to=${email}`);
    await t.http.get(`/nope/${email}`);
    await eventually(() => expect(t.logs.slice(before).join('')).toContain('unmatched'));
    const all = t.logs.slice(before).join('');
    expect(all).toContain('k***@n***.example');
    expect(all.toLowerCase()).not.toContain('johnson');
  });

  it('U-05 keeps no address and no number that a reader of the database could read', async () => {
    await register('Grace.Hopper@Navy.example');
    await login('grace.hopper@navy.example');
    await t.http.post('/api/auth/login', { email: 'grace.hopper@navy.example', password: 'Wrong-Horse-8-Battery' });
    const directory = t.app.get(UserDirectory);
    const grace = await directory.findByEmail('grace.hopper@navy.example');
    await directory.setPhone(SYSTEM, grace?.id ?? '', '+12025550143');
    const everything = (await dump()).toLowerCase();
    expect(everything).toContain(grace?.id);
    expect(everything).not.toContain('hopper');
    expect(everything).not.toContain('2025550143');
    expect(everything).not.toContain(Buffer.from('grace.hopper').toString('base64').slice(0, 14).toLowerCase());
  });

  it('U-05 finds the account by its address in other letters, and refuses a second one', async () => {
    expect((await register('Ada@Example.com')).status).toBe(201);
    for (const spelling of ['ada@example.com', ' ADA@EXAMPLE.COM', 'ａｄａ＠example.com']) {
      expect((await login(spelling)).status).toBe(200);
      expect((await register(spelling)).body).toMatchObject({ error: { code: 'user_email_taken' } });
    }
    expect((await register('\u212aim@example.com')).body).toMatchObject({ data: { email: 'kim@example.com' } });
    expect((await register('kim@example.com')).status).toBe(409);
    // A letter of its own: mail to it reaches somebody else.
    expect((await register('k\u0131m@example.com')).status).not.toBe(409);
  });

  it('U-05 lets one of many who want the same address at once have it', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => register('wanted@example.com')));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, ...Array<number>(7).fill(409)]);
  });

  it('U-05 gives a telephone number to one person only', async () => {
    const directory = t.app.get(UserDirectory);
    const [one, other] = [await givenUser(t), await givenUser(t)];
    await directory.setPhone(SYSTEM, one.id, '+4930123456');
    expect(await directory.find(one.id)).toMatchObject({ phone: '+4930123456' });
    await expect(directory.setPhone(SYSTEM, other.id, '+4930123456')).rejects.toMatchObject({
      code: 'user_phone_taken',
    });
    await directory.setPhone(SYSTEM, one.id, null);
    await directory.setPhone(SYSTEM, other.id, '+4930123456');
    expect(await directory.find(other.id)).toMatchObject({ phone: '+4930123456' });
  });

  it('U-05 opens an address in its own row alone', async () => {
    const [one, other] = [await givenUser(t), await givenUser(t)];
    await t.db.query(`UPDATE users SET email_sealed = (SELECT email_sealed FROM users WHERE id = $2) WHERE id = $1`, [
      one.id,
      other.id,
    ]);
    await expect(t.app.get(UserDirectory).find(one.id)).rejects.toThrow('sealed elsewhere');
    await t.db.query('DELETE FROM users WHERE id = $1', [one.id]);
  });

  it('U-05 stays searchable while the encryption key changes, and afterwards without the old one', async () => {
    const { email, id } = await givenUser(t);
    const oldIndex = emailIndex(t, email);
    const both = await createApp({
      databaseUrl: t.databaseUrl,
      environment: { ENCRYPTION_KEY: NEW_KEY, ENCRYPTION_KEYS_OLD: TEST_ENCRYPTION_KEY },
    });
    try {
      expect((await login(email, both)).status).toBe(200);
      expect((await register(email.toUpperCase(), both)).status).toBe(409);
      expect(await both.app.get(EncryptionRotation).run(SYSTEM, { hashes: true })).toBeGreaterThan(5);
      expect(await both.app.get(Resealing).run()).toBe(0);
    } finally {
      await both.close();
    }
    const later = await createApp({ databaseUrl: t.databaseUrl, environment: { ENCRYPTION_KEY: NEW_KEY } });
    try {
      expect((await login(email, later)).status).toBe(200);
      expect((await register(email, later)).status).toBe(409);
      const { rows } = await later.db.query<{ email_index: Buffer }>('SELECT email_index FROM users WHERE id = $1', [
        id,
      ]);
      expect(rows[0]?.email_index).toEqual(emailIndex(later, email));
      expect(rows[0]?.email_index).not.toEqual(oldIndex);
    } finally {
      await later.close();
    }
  });
});
