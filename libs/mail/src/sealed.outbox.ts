import { Injectable, Logger } from '@nestjs/common';
import { SealedBox, type SealedPlace } from '#libs/crypto';
import { Outbox } from '#libs/events';
import { Clock, newId } from '#libs/kernel';

/** A delivery that waits: when it is worthless stands outside the seal. */
interface Waiting {
  readonly id: string;
  /** RFC 3339. */
  readonly until: string;
  readonly keyId: string;
  /** In base64. */
  readonly box: string;
}

const DEFAULT_LIFE_MS = 3 * 24 * 3_600_000;

/** The outbox, for what nobody may read who reads the database: addresses of people, links that open accounts. */
@Injectable()
export class SealedOutbox {
  private readonly log = new Logger(SealedOutbox.name);

  constructor(
    private readonly outbox: Outbox,
    private readonly box: SealedBox,
    private readonly clock: Clock,
  ) {}

  /**
   * Must be called before the application has started.
   *
   * @param handle gets what was added, and the id of the delivery, which stays the same when it is tried again
   */
  register<T extends object>(handler: string, handle: (payload: T, id: string) => Promise<void>): void {
    this.outbox.register(handler, async (payload) => {
      const { id, until, keyId, box } = payload as Waiting;
      if (Date.parse(until) <= this.clock.now()) {
        this.log.warn(`"${handler}" ${id} waited until it was worthless; it is dropped.`);
        return;
      }
      const plain = this.box.open({ keyId, box: Buffer.from(box, 'base64') }, placeOf(handler, id));
      await handle(JSON.parse(plain) as T, id);
    });
  }

  /**
   * Adds a delivery to the open transaction.
   *
   * @param until when it is worthless: nobody tries it after that. Left out, in three days.
   */
  async add(handler: string, payload: object, until = new Date(this.clock.now() + DEFAULT_LIFE_MS)): Promise<void> {
    const id = newId();
    const { keyId, box } = this.box.seal(JSON.stringify(payload), placeOf(handler, id));
    const waiting: Waiting = { id, until: until.toISOString(), keyId, box: box.toString('base64') };
    await this.outbox.add(handler, waiting);
  }
}

/** A payload that is moved to another handler does not open there. */
function placeOf(handler: string, id: string): SealedPlace {
  return { table: 'outbox', row: id, column: handler };
}
