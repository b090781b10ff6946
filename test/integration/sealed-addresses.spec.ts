import { Client } from 'pg';
import { configuredHashes, SealedBox } from '#libs/crypto';
import { revertMigrations, runMigrations } from '#libs/database';
import { migrations } from '../../migrations/index.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

const KEY = 'Vb7Qx2Lm9Kt4Rw6Zp1Hc8Nd3Sf5Yj0Ga-Te';
const COUNT = 2_500;

describe('the migration that seals addresses', () => {
  const before = migrations.findIndex(({ name }) => name.startsWith('SealAddresses'));
  const parting = migrations.findIndex(({ name }) => name.startsWith('PartPeopleFromAudit'));
  let database: TestDatabase;
  let db: Client;
  let given: string | undefined;
  let file: string | undefined;

  const fileOfUsers = async (): Promise<string | undefined> =>
    (await db.query<{ file: string }>("SELECT pg_relation_filepath('users') AS file")).rows[0]?.file;

  beforeAll(async () => {
    given = process.env['ENCRYPTION_KEY'];
    process.env['ENCRYPTION_KEY'] = KEY;
    database = await createEmptyDatabase();
    db = new Client({ connectionString: database.url });
    await db.connect();
    await runMigrations(database.url, migrations.slice(0, before));
    await db.query(
      `INSERT INTO users (id, email, name, role)
       SELECT gen_random_uuid(), 'person-' || n || '@example.com', 'Person', 'user' FROM generate_series(1, $1) n`,
      [COUNT],
    );
    await db.query(
      `INSERT INTO audit_logs (id, action, resource_type, resource_id, actor_kind, actor_id, success, new_values, ip)
       SELECT gen_random_uuid(), 'USER_CREATED', 'user', id, 'user', id, true,
              '{"email": "person-1@example.com", "name": "Person", "role": "user"}', '203.0.113.7'
         FROM users WHERE email = 'person-1@example.com'`,
    );
    file = await fileOfUsers();
  }, 60_000);
  afterAll(async () => {
    if (given === undefined) delete process.env['ENCRYPTION_KEY'];
    else process.env['ENCRYPTION_KEY'] = given;
    await db.end();
    await database.drop();
  });

  it('U-05 seals the rows that exist, once, when several processes start at once', async () => {
    const done = await Promise.all([1, 2, 3].map(() => runMigrations(database.url, migrations.slice(0, before + 1))));
    expect(done.filter((ran) => ran.length > 0)).toHaveLength(1);
    const { rows } = await db.query<{ id: string; box: Buffer; key_id: string }>(
      `SELECT id, email_sealed AS box, email_key_id AS key_id FROM users WHERE email_index = $1`,
      [configuredHashes({ key: KEY, oldKeys: undefined }).for('users.email_index').hash('person-77@example.com')],
    );
    expect(rows).toHaveLength(1);
    const [{ id, box, key_id: keyId } = { id: '', box: Buffer.of(), key_id: '' }] = rows;
    const place = { table: 'users', row: id, column: 'email_sealed' };
    expect(new SealedBox(KEY).open({ box, keyId }, place)).toBe('person-77@example.com');
    const { rows: counted } = await db.query('SELECT count(DISTINCT email_index)::int AS count FROM users');
    expect(counted).toEqual([{ count: COUNT }]);
  });

  it('U-05 writes the table anew, since a dropped column stays in its file', async () => {
    expect(await fileOfUsers()).not.toBe(file);
  });

  it('AU-12 parts what the audit log holds of people from it, and puts it back when it is taken back', async () => {
    const audited = async (from: string) =>
      (await db.query<object>(`SELECT actor_kind, ip, new_values FROM ${from}`)).rows;
    const masked = { email: 'p***@e***.com', name: 'Person', role: 'user' };
    await runMigrations(database.url, migrations.slice(0, parting + 1));
    expect(await audited('audit_logs')).toEqual([{ actor_kind: 'user', ip: null, new_values: { role: 'user' } }]);
    expect(await audited('audit_trail')).toEqual([{ actor_kind: 'user', ip: '203.0.113.7', new_values: masked }]);
    await revertMigrations(database.url, migrations.slice(0, parting + 1));
    expect(await audited('audit_logs')).toEqual([{ actor_kind: 'user', ip: '203.0.113.7', new_values: masked }]);
  });

  it('U-05 can be taken back', async () => {
    // One at a time, the last one first.
    for (let last = parting - 1; last >= before; last -= 1) {
      await revertMigrations(database.url, migrations.slice(0, last + 1));
    }
    const { rows } = await db.query<{ count: number }>(
      `SELECT count(DISTINCT email)::int AS count FROM users WHERE email ~ '^person-[0-9]+@example.com$'`,
    );
    expect(rows).toEqual([{ count: COUNT }]);
  });
});
