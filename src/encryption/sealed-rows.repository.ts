import { Injectable } from '@nestjs/common';
import type { Sealed, SealedColumn } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';

const BATCH = 200;

/** The sealed columns of any table; their names come from declarations in the code alone. */
@Injectable()
export class SealedRowsRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** Some of the rows that another encryption key sealed, locked until the transaction ends. */
  async sealedOtherwise(
    { table, column, keyColumn }: SealedColumn,
    keyId: string,
  ): Promise<{ id: string; sealed: Sealed }[]> {
    const rows: { id: string; box: Buffer; keyId: string }[] = await this.work.manager.query(
      `SELECT id, ${column} AS box, ${keyColumn} AS "keyId" FROM ${table}
        WHERE ${keyColumn} <> $1 ORDER BY id LIMIT ${BATCH} FOR UPDATE`,
      [keyId],
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
}
