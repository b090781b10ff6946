import type { QueryResult } from 'pg';
import { DataSource } from 'typeorm';
import { KeyedHashes, keyBareHashes } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';
import { newId } from '#libs/kernel';
import { UsersRepository } from '../../src/users/users.repository.js';
import { createApp, type TestApp } from '../support/app.js';
import { givenUser } from '../support/given/users.js';
import { selectsOf } from '../support/query-plan.js';

describe('what is rare in a large table', () => {
  let t: TestApp;
  let id: string;

  beforeAll(async () => {
    t = await createApp();
    ({ id } = await givenUser(t));
    await t.db.query(
      `INSERT INTO api_keys (id, user_id, name, prefix, secret_hash)
       SELECT gen_random_uuid(), $1, 'n', 'p', sha256(n::text::bytea) || '12345678' FROM generate_series(1, 2000) AS n`,
      [id],
    );
    await t.db.query('ANALYZE api_keys; ANALYZE sessions; ANALYZE users; ANALYZE invitations;');
  });
  afterAll(() => t.close());

  /** Of a small table PostgreSQL reads all there is unless it is told not to; what it chooses then is its best index. */
  const planOf = async (query: string, parameters: readonly unknown[]): Promise<string> => {
    const text = parameters.reduce<string>(
      (sql, value, index) =>
        sql.replaceAll(`$${index + 1}`, `'${value instanceof Date ? value.toISOString() : String(value)}'`),
      query,
    );
    const results = (await t.db.query(
      `BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; EXPLAIN ${text}; ROLLBACK`,
    )) as unknown as QueryResult[];
    return JSON.stringify(results[3]?.rows);
  };
  const plansOf = async (work: () => Promise<unknown>): Promise<string> => {
    const plans = [];
    for (const { query, parameters } of await selectsOf(t, work)) plans.push(await planOf(query, parameters));
    return plans.join('');
  };
  const keyed = (table: string, column: string) => () =>
    keyBareHashes(t.app.get(UnitOfWork), t.app.get(KeyedHashes).for('api-key'), { table, column });

  it.each([
    ['API keys with bare hashes', 'api_keys_bare_hashes', keyed('api_keys', 'secret_hash')],
    ['sessions with bare hashes', 'sessions_bare_hashes', keyed('sessions', 'refresh_hash')],
    [
      'another administrator',
      'users_administrators',
      () => t.app.get(UsersRepository, { strict: false }).existsAdministrator(t.clock.date(), id),
    ],
    [
      'the invitations by a person who leaves',
      'invitations_invited_by',
      () => t.app.get(DataSource).query('SELECT FROM invitations WHERE invited_by = $1', [newId()]),
    ],
    [
      'the invitation that somebody used who leaves',
      'invitations_used_by',
      () => t.app.get(DataSource).query('SELECT FROM invitations WHERE used_by = $1', [newId()]),
    ],
  ])('finds %s by an index', async (_what, index, work) => {
    expect(await plansOf(work)).toContain(index);
  });
});
