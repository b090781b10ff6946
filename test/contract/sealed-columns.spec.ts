import { declaredSealedColumns } from '#libs/crypto';
import { createApp, type TestApp } from '../support/app.js';

/** Other bytes than hashes, and what they are. */
const OTHERS: Readonly<Record<string, string>> = {
  'idempotency_keys.body': 'an answer that is given again',
  'idempotency_keys.digest': 'a hash of a request',
  'passkeys.public_key': 'public',
  'price_lists.digest': 'a hash of a file',
  'ring_keys.sealed_secret': 'what everything is sealed with, sealed with ENCRYPTION_KEY',
  'saml_assertions.hash': 'a hash of an assertion',
  'sign_in_failures.subject': 'a keyed hash of an address',
  'sign_in_flows.sealed': 'good for ten minutes, and its key stays for an hour',
  'user_avatars.bytes': 'a picture',
};

describe('what is sealed in the database', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await createApp();
  });
  afterAll(() => t.close());

  it('K-24 is declared, column by column, so that a change of the keys seals it anew', async () => {
    const { rows } = await t.db.query<{ name: string }>(
      `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type = 'bytea' AND column_name !~ '(_hash|_index|fingerprint)$' ORDER BY 1`,
    );
    const declared = declaredSealedColumns().map(({ table, column }) => `${table}.${column}`);
    const known = new Set([...declared, ...Object.keys(OTHERS)]);
    expect(declared.length).toBeGreaterThan(5);
    expect(rows.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
    expect([...known].filter((name) => !rows.some((row) => row.name === name))).toEqual([]);
  });
});
