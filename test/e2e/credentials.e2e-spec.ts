import { SYSTEM } from '#libs/access';
import { SealBroken, SealedBox } from '#libs/crypto';
import { JobRunner } from '#libs/jobs';
import { EncryptionRotation } from '../../src/encryption/encryption.rotation.js';
import { removeExpiredCredentials } from '../../src/users/credentials/credentials.jobs.js';
import { createApp, type TestApp } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';
import { auditRows } from '../support/audit-trail.js';
import { givenUser, type GivenUser } from '../support/given/users.js';

const KEYS = '/api/v1/users/me/provider-keys';
const TOOLS = '/api/v1/users/me/tool-credentials';
const SYSTEM_ID = '00000000-0000-0000-0000-000000000001';
/** Less than an access token lives. */
const MINUTES = 10;

type Kind = 'provider-key' | 'tool';

describe('what people entrust to the house', () => {
  let t: TestApp;
  let ada: GivenUser;

  beforeAll(async () => {
    t = await createApp();
  });
  beforeEach(async () => {
    ada = await givenUser(t);
  });
  afterAll(() => t.close());

  /** As whoever acts in the owner's name would. */
  const open = async (owner: GivenUser, kind: Kind, name: string, { app, db } = t): Promise<string | undefined> => {
    const { rows } = await db.query<{ id: string; box: Buffer; keyId: string }>(
      `SELECT id, sealed_value AS box, sealed_with AS "keyId" FROM user_credentials
        WHERE user_id = $1 AND kind = $2 AND name = $3`,
      [owner.id, kind, name],
    );
    const place = { table: 'user_credentials', row: rows[0]?.id ?? '', column: 'sealed_value' };
    return rows[0] && app.get(SealedBox, { strict: false }).open(rows[0], place);
  };
  const rowsOf = async ({ id }: GivenUser): Promise<{ id: string; name: string; sealed_value: Buffer }[]> =>
    (await t.db.query('SELECT * FROM user_credentials WHERE user_id = $1 ORDER BY name', [id])).rows as never;
  const soon = (): string => new Date(t.clock.date().getTime() + MINUTES * 60_000).toISOString();

  describe('keys of their own for providers', () => {
    it('U-09 keeps a key, and shows its name and its end alone', async () => {
      const expiresAt = soon();
      const value = 'sk-of-ada-at-openai-0123456789';
      const put = await ada.http.put(KEYS, { name: 'openai', value, expiresAt });
      expect([put.status, put.text]).toEqual([204, '']);
      await ada.http.put(KEYS, { name: 'anthropic', value: 'sk-ant-of-ada' });
      const { status, body } = await ada.http.get(KEYS);
      expect([status, body]).toEqual([
        200,
        {
          data: [
            { name: 'anthropic', expiresAt: null },
            { name: 'openai', expiresAt },
          ],
        },
      ]);
      expect(await open(ada, 'provider-key', 'openai')).toBe(value);
    });

    it('U-09 has ciphertext in the database, and the value in no log and no audit row', async () => {
      const value = 'sk-nobody-may-read-this-0123456789';
      await ada.http.put(KEYS, { name: 'openai', value });
      const { rows } = await t.db.query<{ row: string }>('SELECT u::text AS row FROM user_credentials u');
      const written = [...rows.map(({ row }) => row), JSON.stringify(await auditRows(t)), ...t.logs].join('\n');
      expect(written).toContain('USER_CREDENTIAL_SET');
      for (const text of [value, Buffer.from(value).toString('hex'), Buffer.from(value).toString('base64')]) {
        expect(written).not.toContain(text);
      }
    });

    it('U-09 replaces the key of that name, also when several come at a time', async () => {
      const values = Array.from({ length: 8 }, (_, index) => `value-${index}`);
      const answers = await Promise.all(values.map((value) => ada.http.put(KEYS, { name: 'openai', value })));
      expect(answers.map(({ status }) => status)).toEqual(values.map(() => 204));
      expect(await rowsOf(ada)).toHaveLength(1);
      expect(values).toContain(await open(ada, 'provider-key', 'openai'));
    });

    it('U-09 is absent once it has expired, and gone after the job', async () => {
      await ada.http.put(KEYS, { name: 'brief', value: 'v', expiresAt: soon() });
      await ada.http.put(KEYS, { name: 'lasting', value: 'v' });
      t.clock.advance({ minutes: MINUTES });
      expect((await ada.http.get(KEYS)).body).toEqual({ data: [{ name: 'lasting', expiresAt: null }] });
      expect((await ada.http.delete(`${KEYS}/brief`)).status).toBe(404);
      expect((await rowsOf(ada)).map(({ name }) => name)).toEqual(['brief', 'lasting']);
      expect(await t.app.get(JobRunner).run(removeExpiredCredentials)).toBe(true);
      expect((await rowsOf(ada)).map(({ name }) => name)).toEqual(['lasting']);
    });

    it('U-09 removes one key, or all', async () => {
      for (const name of ['a', 'b', 'c']) await ada.http.put(KEYS, { name, value: 'v' });
      await ada.http.put(`${TOOLS}/search`, { value: 'v' });
      expect((await ada.http.delete(`${KEYS}/b`)).status).toBe(204);
      expect((await ada.http.delete(`${KEYS}/b`)).status).toBe(404);
      expect((await ada.http.delete(KEYS)).status).toBe(204);
      expect((await ada.http.get(KEYS)).body).toEqual({ data: [] });
      expect((await rowsOf(ada)).map(({ name }) => name)).toEqual(['search']);
    });

    it("U-09 is nobody else's", async () => {
      const eve = await givenUser(t, { role: 'admin' });
      await ada.http.put(KEYS, { name: 'openai', value: 'v' });
      expect((await eve.http.get(KEYS)).body).toEqual({ data: [] });
      expect((await eve.http.delete(`${KEYS}/openai`)).status).toBe(404);
      expect((await eve.http.delete(KEYS)).status).toBe(204);
      expect(await rowsOf(ada)).toHaveLength(1);
      expect((await t.http.get(KEYS)).status).toBe(401);
    });

    it.each([
      ['no name', { value: 'v' }, 'validation_failed'],
      ['a name that is a path', { name: '../admin', value: 'v' }, 'validation_failed'],
      ['no value', { name: 'n', value: '' }, 'validation_failed'],
      ['a value too long', { name: 'n', value: 'v'.repeat(8_193) }, 'validation_failed'],
      ['somebody else', { name: 'n', value: 'v', userId: SYSTEM_ID }, 'validation_failed'],
      ['an end in the past', { name: 'n', value: 'v', expiresAt: '2020-01-01T00:00:00Z' }, 'credential_expiry_past'],
    ])('U-09 refuses %s', async (_case, wish, code) => {
      const { status, body } = await ada.http.put(KEYS, wish);
      expect([status, body]).toMatchObject([400, { error: { code } }]);
      expect(await rowsOf(ada)).toEqual([]);
    });

    it('U-09 keeps a hundred for one person, and exactly so many when they come at a time', async () => {
      await t.db.query(
        `INSERT INTO user_credentials (id, user_id, kind, name, sealed_value, sealed_with)
         SELECT gen_random_uuid(), $1, 'provider-key', 'n' || n, '', '' FROM generate_series(1, 98) AS n`,
        [ada.id],
      );
      const answers = await Promise.all(
        ['p', 'q', 'r', 's', 't'].map((name) => ada.http.put<{ error: object }>(KEYS, { name, value: 'v' })),
      );
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([204, 204, 409, 409, 409]);
      expect(answers.find(({ status }) => status === 409)?.body.error).toMatchObject({ code: 'too_many_credentials' });
      // Of what is there, the value may still change.
      expect((await ada.http.put(KEYS, { name: 'n1', value: 'v' })).status).toBe(204);
    });
  });

  describe('credentials for tools', () => {
    it('U-14 says that there is one, and nothing of it', async () => {
      const state = async (): Promise<unknown> => (await ada.http.get(`${TOOLS}/web-search`)).body;
      expect(await state()).toEqual({ data: { tool: 'web-search', configured: false } });
      expect((await ada.http.put(`${TOOLS}/web-search`, { value: 'secret-of-a-tool' })).status).toBe(204);
      expect(await state()).toEqual({ data: { tool: 'web-search', configured: true } });
      expect(await open(ada, 'tool', 'web-search')).toBe('secret-of-a-tool');
      const eve = await givenUser(t);
      expect((await eve.http.get(`${TOOLS}/web-search`)).body).toMatchObject({ data: { configured: false } });
      expect((await ada.http.delete(`${TOOLS}/web-search`)).status).toBe(204);
      expect(await state()).toMatchObject({ data: { configured: false } });
      expect((await ada.http.delete(`${TOOLS}/web-search`)).status).toBe(404);
    });

    it('U-14 is no key for a provider, though it has the same name', async () => {
      await ada.http.put(KEYS, { name: 'openai', value: 'a key' });
      await ada.http.put(`${TOOLS}/openai`, { value: 'a credential' });
      expect(await open(ada, 'provider-key', 'openai')).toBe('a key');
      expect(await open(ada, 'tool', 'openai')).toBe('a credential');
    });

    it.each(['%2e%2e%2fadmin', 'a%20b', 'x'.repeat(101)])('U-14 refuses the name %s', async (tool) => {
      expect((await ada.http.put(`${TOOLS}/${tool}`, { value: 'v' })).status).toBe(400);
    });
  });

  it('U-09 opens a box in its own row alone, and none that was changed', async () => {
    const eve = await givenUser(t);
    await ada.http.put(KEYS, { name: 'openai', value: 'a key of Ada' });
    await eve.http.put(KEYS, { name: 'openai', value: 'a key of Eve' });
    // Eve can write to the table, and wants Ada's key to be opened for her.
    const [stolen] = await rowsOf(ada);
    await t.db.query('UPDATE user_credentials SET sealed_value = $2 WHERE user_id = $1', [
      eve.id,
      stolen?.sealed_value,
    ]);
    await expect(open(eve, 'provider-key', 'openai')).rejects.toThrow(SealBroken);
    for (let at = 0; at < (stolen?.sealed_value.length ?? 0); at += 1) {
      const changed = Buffer.from(stolen?.sealed_value ?? []);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await t.db.query('UPDATE user_credentials SET sealed_value = $2 WHERE user_id = $1', [ada.id, changed]);
      await expect(open(ada, 'provider-key', 'openai')).rejects.toThrow(SealBroken);
    }
  });

  it('U-09 outlives a change of the encryption key, after which the old one may go', async () => {
    const [first, second] = ['Vb7Qx2Lm9Kt4Rw6Zp1Hc8Nd3Sf5Yj0Ga-Te', 'Another-Key-9Kt4Rw6Zp1Hc8Nd3Sf5Yj0Ga'];
    const database = await createTestDatabase();
    const within = async (environment: Record<string, string>, work: (app: TestApp) => Promise<void>) => {
      const app = await createApp({ databaseUrl: database.url, environment });
      try {
        await work(app);
      } finally {
        await app.close();
      }
    };
    try {
      let owner = ada;
      await within({ ENCRYPTION_KEY: first }, async (app) => {
        owner = await givenUser(app);
        await owner.http.put(KEYS, { name: 'openai', value: 'a lasting key' });
      });
      await within({ ENCRYPTION_KEY: second, ENCRYPTION_KEYS_OLD: first }, async (app) => {
        expect(await open(owner, 'provider-key', 'openai', app)).toBe('a lasting key');
        await app.app.get(EncryptionRotation).run(SYSTEM);
      });
      await within({ ENCRYPTION_KEY: second }, async (app) => {
        expect(await open(owner, 'provider-key', 'openai', app)).toBe('a lasting key');
      });
    } finally {
      await database.drop();
    }
  });

  it('U-09 goes with the account', async () => {
    await ada.http.put(KEYS, { name: 'openai', value: 'v' });
    await t.db.query('DELETE FROM users WHERE id = $1', [ada.id]);
    expect(await rowsOf(ada)).toEqual([]);
  });
});
