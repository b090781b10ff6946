import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { type KeyPurpose, KeyRing } from '#libs/crypto';
import { EventBus } from '#libs/events';
import { defineJob, JobHandler } from '#libs/jobs';
import { Clock } from '#libs/kernel';
import { EncryptionKeyRotated } from './events/encryption.events.js';
import { Resealing } from './resealing.js';

/** A replica hears of a key within half a second, also when the notification is lost; this is several times as long. */
const TURN_MS = 3_000;
const LOOK_MS = 50;
/** Longer than a transaction that a former key sealed in may take to commit. */
const KEPT_MS = 3_600_000;

export const careForEncryptionKeys = defineJob({
  name: 'care-for-encryption-keys',
  description:
    'Finishes a change of the encryption key that was left half done, and forgets keys of which nothing is left.',
  everySeconds: 600,
});

/** Changes the keys that everything is sealed with, while every replica goes on. */
@Injectable()
export class EncryptionRotation {
  constructor(
    private readonly ring: KeyRing,
    private readonly resealing: Resealing,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /**
   * Whoever is interrupted begins again, or leaves the rest to the job.
   *
   * @param hashes whether the key that hashes gets a successor as well: what can be hashed anew is, and the rest is
   *   verified with the former key for as long as it is there
   * @returns how many rows were sealed again
   * @throws SealBroken when a former key is missing
   */
  async run(actor: Principal, { hashes = false }: { hashes?: boolean } = {}): Promise<number> {
    await this.ring.sealAnew();
    const key = await this.ring.rotate('seal', TURN_MS);
    if (hashes) await this.turnOf('hash', (await this.ring.rotate('hash', TURN_MS)).id);
    await this.turnOf('seal', key.id);
    const resealed = await this.resealing.run();
    await this.events.publish(new EncryptionKeyRotated(actor, key.id, resealed));
    return resealed;
  }

  @JobHandler(careForEncryptionKeys)
  async care(): Promise<void> {
    await this.resealing.run();
    const [current, ...others] = this.ring.list('seal');
    const isOver = current.usableFrom.getTime() + KEPT_MS < this.clock.now();
    const former = others.filter(({ usableFrom }) => isOver && usableFrom <= current.usableFrom).map(({ id }) => id);
    if (former.length === 0) return;
    const used = await this.resealing.keysInUse(former);
    await this.ring.remove(former.filter((id) => !used.has(id)));
  }

  private async turnOf(purpose: KeyPurpose, keyId: string): Promise<void> {
    while (this.ring.list(purpose)[0].id !== keyId) await delay(LOOK_MS);
  }
}
