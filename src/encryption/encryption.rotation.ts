import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { declaredSealedColumns, indexPurpose, KeyedHashes, placeIn, type SealedColumn, SealedBox } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { EncryptionKeyRotated } from './events/encryption.events.js';
import { SealedRowsRepository } from './sealed-rows.repository.js';

/** Seals everything again with the current encryption key, so that the former ones can be dropped. */
@Injectable()
export class EncryptionRotation {
  constructor(
    private readonly box: SealedBox,
    private readonly hashes: KeyedHashes,
    private readonly rows: SealedRowsRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /**
   * A batch is a transaction, so that what was done stays done. Calls go on meanwhile: the values do not change.
   *
   * @returns how many were sealed again
   * @throws SealBroken when a former key is missing
   */
  async run(actor: Principal): Promise<number> {
    let resealed = 0;
    for (const column of declaredSealedColumns()) {
      for (let batch = await this.next(column); batch > 0; batch = await this.next(column)) resealed += batch;
    }
    await this.events.publish(new EncryptionKeyRotated(actor, this.box.keyId, resealed));
    return resealed;
  }

  private next(column: SealedColumn): Promise<number> {
    const { indexColumn } = column;
    const indexes = indexColumn === undefined ? undefined : this.hashes.for(indexPurpose({ ...column, indexColumn }));
    return this.work.run(async () => {
      const batch = await this.rows.sealedOtherwise(column, this.box.keyId);
      for (const { id, sealed } of batch) {
        const place = placeIn(column, id);
        const value = this.box.open(sealed, place);
        await this.rows.reseal(column, id, this.box.seal(value, place), indexes?.hash(value));
      }
      return batch.length;
    });
  }
}
