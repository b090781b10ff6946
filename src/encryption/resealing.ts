import { Injectable } from '@nestjs/common';
import {
  declaredSealedColumns,
  indexPurpose,
  KeyedHashes,
  KeyRing,
  placeIn,
  type SealedColumn,
  SealedBox,
} from '#libs/crypto';
import { UnitOfWork } from '#libs/database';
import { SealedRowsRepository } from './sealed-rows.repository.js';

/** Seals and indexes with the present keys what former ones made. */
@Injectable()
export class Resealing {
  constructor(
    private readonly ring: KeyRing,
    private readonly box: SealedBox,
    private readonly hashes: KeyedHashes,
    private readonly rows: SealedRowsRepository,
    private readonly work: UnitOfWork,
  ) {}

  /**
   * A batch is a transaction, so that what was done stays done. Requests go on meanwhile: the values do not change.
   *
   * @returns how many were sealed again
   * @throws SealBroken when a former key is missing
   */
  async run(): Promise<number> {
    let resealed = 0;
    for (const column of declaredSealedColumns()) {
      let after: string | undefined;
      do {
        const batch = await this.next(column, after);
        resealed += batch.length;
        after = batch.at(-1);
      } while (after !== undefined);
    }
    return resealed;
  }

  /** Former keys of the ring that a row, or a delivery that waits, is still sealed with. */
  async keysInUse(keyIds: readonly string[]): Promise<ReadonlySet<string>> {
    const used = new Set(await this.rows.inUseByDeliveries(keyIds));
    for (const column of declaredSealedColumns()) {
      for (const id of await this.rows.inUse(column, keyIds)) used.add(id);
    }
    return used;
  }

  private next(column: SealedColumn, after: string | undefined): Promise<string[]> {
    const { indexColumn } = column;
    const indexes = indexColumn === undefined ? undefined : this.hashes.for(indexPurpose({ ...column, indexColumn }));
    return this.work.run(async () => {
      const present = { seal: this.box.keyId, hash: this.ring.list('hash')[0].id };
      const batch = await this.rows.madeOtherwise(column, present, after);
      for (const { id, sealed } of batch) {
        const place = placeIn(column, id);
        const value = this.box.open(sealed, place);
        await this.rows.reseal(column, id, this.box.seal(value, place), indexes?.hash(value));
      }
      return batch.map(({ id }) => id);
    });
  }
}
