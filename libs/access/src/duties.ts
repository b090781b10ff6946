import { Injectable } from '@nestjs/common';
import { DUTIES, type Duty } from './duty.js';

/** Whoever is asked whether they owe something. */
export interface Bearer {
  readonly userId: string;
  readonly role: string;
  readonly hasSecondFactor: boolean;
}

type Source = (bearer: Bearer) => boolean | Promise<boolean>;

/**
 * Knows what people owe before the house is open to them. Whoever may demand a duty registers here at start-up, so that
 * the verifier of sessions need not know any of them.
 */
@Injectable()
export class Duties {
  private readonly sources = new Map<Duty, Source>();
  private readonly listeners: ((userId?: string) => void)[] = [];

  /** @throws Error when somebody else asks for that duty already */
  register(duty: Duty, isOwed: Source): void {
    if (this.sources.has(duty)) throw new Error(`The duty "${duty}" is registered twice.`);
    this.sources.set(duty, isOwed);
  }

  /** What somebody owes, in the order in which it is asked for. */
  async of(bearer: Bearer): Promise<readonly Duty[]> {
    const owed = await Promise.all(DUTIES.map(async (duty) => (await this.sources.get(duty)?.(bearer)) === true));
    return DUTIES.filter((_, place) => owed[place]);
  }

  /**
   * Call it after the commit by which somebody did a duty or got one, so that their next request on this replica knows.
   * Other replicas hear of it by the change feed's topic `users`.
   *
   * @param userId left out: it concerns everybody
   */
  changed(userId?: string): void {
    for (const listener of this.listeners) listener(userId);
  }

  onChange(listener: (userId?: string) => void): void {
    this.listeners.push(listener);
  }
}
