import { Injectable } from '@nestjs/common';
import type { Sealed, SealedColumn } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';

const BATCH = 200;

/** The keys that something should have been made with. */
export interface PresentKeys {
  readonly seal: string;
  readonly hash: string;
}

/** The sealed columns of any table; their names come from declarations in the code alone. */
@Injectable()
export class SealedRowsRepository {
  constructor(private readonly work: UnitOfWork) {}

  /**
   * Some of the rows that other keys sealed or indexed, in the order of their ids, locked until the transaction ends.
   *
   * @param after where the batch before ended
   */
  async madeOtherwise(
    { table, column, keyColumn, indexColumn }: SealedColumn,
    { seal, hash }: PresentKeys,
    after: string | undefined,
  ): Promise<{ id: string; sealed: Sealed }[]> {
    const isIndexedOtherwise =
      indexColumn === undefined ? '' : `OR substring(${indexColumn} FOR 8) <> decode($3, 'hex')`;
    // People go on signing in meanwhile: rows that refer to these need not wait for them.
    const rows: { id: string; box: Buffer; keyId: string }[] = await this.work.manager.query(
      `SELECT id, ${column} AS box, ${keyColumn} AS "keyId" FROM ${table}
        WHERE ($1::uuid IS NULL OR id > $1) AND (${keyColumn} <> $2 ${isIndexedOtherwise})
        ORDER BY id LIMIT ${BATCH} FOR NO KEY UPDATE`,
      indexColumn === undefined ? [after, seal] : [after, seal, hash],
    );
    return rows.map(({ id, ...sealed }) => ({ id, sealed }));
  }

  async reseal(
    { table, column, keyColumn, indexColumn }: SealedColumn,
    id: string,
    { box, keyId }: Sealed,
    index: Buffer | undefined,
  ): Promise<void> {
    const found = indexColumn === undefined ? '' : `, ${indexColumn} = $4`;
    await this.work.manager.query(
      `UPDATE ${table} SET ${column} = $2, ${keyColumn} = $3${found} WHERE id = $1`,
      index === undefined ? [id, box, keyId] : [id, box, keyId, index],
    );
  }

  /** Which of the keys sealed a row that is still there. */
  async inUse({ table, keyColumn }: SealedColumn, keyIds: readonly string[]): Promise<string[]> {
    const rows: { id: string }[] = await this.work.manager.query(
      `SELECT DISTINCT ${keyColumn} AS id FROM ${table} WHERE ${keyColumn} = ANY($1)`,
      [keyIds],
    );
    return rows.map(({ id }) => id);
  }

  /** Which of the keys sealed a delivery that waits. It is not sealed anew: it is gone in days. */
  async inUseByDeliveries(keyIds: readonly string[]): Promise<string[]> {
    const rows: { id: string }[] = await this.work.manager.query(
      `SELECT DISTINCT payload ->> 'keyId' AS id FROM outbox WHERE payload ->> 'keyId' = ANY($1)`,
      [keyIds],
    );
    return rows.map(({ id }) => id);
  }
}
