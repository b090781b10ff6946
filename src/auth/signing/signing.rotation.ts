import { Injectable } from '@nestjs/common';
import { type Principal, SYSTEM } from '#libs/access';
import { KeyRing, type RingKey } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { defineJob, JobHandler } from '#libs/jobs';
import { Clock } from '#libs/kernel';
import { ACCESS_TOKEN_SECONDS } from '../sessions/access-token.js';
import { SigningKeyRotated } from './events/signing.events.js';

/** How long others may keep what we publish of our keys. */
export const PUBLISHED_SECONDS = 300;

const DAY_MS = 86_400_000;
const LIFE_MS = 30 * DAY_MS;
/** A new key is published for so long before it signs: everybody has asked again by then. */
const WAIT_MS = 2 * PUBLISHED_SECONDS * 1_000;
/** The clocks of two machines are no further apart. */
const DRIFT_MS = 60_000;

export const careForSigningKeys = defineJob({
  name: 'care-for-signing-keys',
  description: 'Gives the key that signs access tokens a successor every 30 days, and forgets those that are over.',
  everySeconds: 3_600,
});

/** A key as an administrator sees it. */
export interface SigningKeyView {
  readonly id: string;
  readonly state: 'next' | 'signing' | 'former';
  readonly signsFrom: Date;
}

/** Sees to it that no key signs access tokens for ever. */
@Injectable()
export class SigningRotation {
  constructor(
    private readonly ring: KeyRing,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  list(): SigningKeyView[] {
    const keys = this.ring.list('sign');
    const now = this.clock.date();
    return keys.map(({ id, usableFrom }, at) => {
      const state = at === 0 ? 'signing' : usableFrom > now ? 'next' : 'former';
      return { id, state, signsFrom: usableFrom };
    });
  }

  /**
   * @param discard the present keys may be in wrong hands: their tokens are refused at once, and people whose session
   *   goes on get others by their refresh token
   */
  async rotate(actor: Principal, { discard }: { discard: boolean }): Promise<SigningKeyView[]> {
    await this.work.run(async () => {
      const former = discard ? this.ring.list('sign').map(({ id }) => id) : [];
      const next = await (discard ? this.ring.replace('sign') : this.ring.rotate('sign', WAIT_MS));
      await this.events.publish(new SigningKeyRotated(actor, next.id, next.usableFrom, former));
    });
    await this.ring.reload();
    return this.list();
  }

  @JobHandler(careForSigningKeys)
  async care(): Promise<void> {
    const keys = this.ring.list('sign').toSorted((a, b) => b.usableFrom.getTime() - a.usableFrom.getTime());
    const [newest] = keys;
    if (newest && this.isOver(newest, LIFE_MS)) await this.rotate(SYSTEM, { discard: false });
    // The tokens of a key end some minutes after the turn of the next one.
    const over = keys.filter((_, at) => {
      const successor = keys[at - 1];
      return successor !== undefined && this.isOver(successor, ACCESS_TOKEN_SECONDS * 1_000 + DRIFT_MS);
    });
    if (over.length > 0) await this.ring.remove(over.map(({ id }) => id));
  }

  private isOver({ usableFrom }: RingKey, afterMs: number): boolean {
    return usableFrom.getTime() + afterMs < this.clock.now();
  }
}
