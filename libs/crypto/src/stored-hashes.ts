import type { UnitOfWork } from '#libs/database';
import type { KeyedHash } from './keyed-hash.js';
import { sha256 } from './tokens.js';

const BATCH = 1_000;
const BARE_BYTES = sha256('').length;

/**
 * Puts rows from before keyed hashes, which hold a bare SHA-256, under the key: what is stored is all that it takes.
 * Replicas that start together share the rows, and whoever is killed leaves whole batches behind.
 *
 * @param place a table with a column `id`, and its column of hashes
 * @returns how many there were
 */
export async function keyBareHashes(
  work: UnitOfWork,
  hash: KeyedHash,
  { table, column }: { table: string; column: string },
): Promise<number> {
  const next = (): Promise<number> =>
    work.run(async () => {
      const rows: { id: string; bare: Buffer }[] = await work.manager.query(
        `SELECT id, ${column} AS bare FROM ${table} WHERE length(${column}) = ${BARE_BYTES}
          LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`,
      );
      await work.manager.query(
        `UPDATE ${table} SET ${column} = keyed.hash FROM unnest($1::uuid[], $2::bytea[]) AS keyed (id, hash)
          WHERE ${table}.id = keyed.id`,
        [rows.map(({ id }) => id), rows.map(({ bare }) => hash.hash(bare))],
      );
      return rows.length;
    });
  let keyed = 0;
  for (let batch = await next(); batch > 0; batch = await next()) keyed += batch;
  return keyed;
}
