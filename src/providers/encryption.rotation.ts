import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { SealedBox } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { EncryptionKeyRotated } from './events/provider-key.events.js';
import { placeOf, ProviderKeysRepository } from './provider-keys.repository.js';

/** Seals everything again with the current encryption key, so that the former ones can be dropped. */
@Injectable()
export class EncryptionRotation {
  constructor(
    private readonly box: SealedBox,
    private readonly keys: ProviderKeysRepository,
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
    for (let batch = await this.next(); batch > 0; batch = await this.next()) resealed += batch;
    await this.events.publish(new EncryptionKeyRotated(actor, this.box.keyId, resealed));
    return resealed;
  }

  private next(): Promise<number> {
    return this.work.run(async () => {
      const batch = await this.keys.sealedOtherwise(this.box.keyId);
      for (const { id, sealed } of batch) {
        const place = placeOf(id);
        await this.keys.reseal(id, this.box.seal(this.box.open(sealed, place), place));
      }
      return batch.length;
    });
  }
}
