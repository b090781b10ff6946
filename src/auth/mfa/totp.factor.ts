import { Injectable } from '@nestjs/common';
import { defineSealed, placeIn, SealedBox } from '#libs/crypto';
import { Clock, newId } from '#libs/kernel';
import { newTotpSecret, totpStepOf } from './totp.js';
import { type StoredTotp, TotpRepository } from './totp.repository.js';

const SECRET = defineSealed({ table: 'totp_factors', column: 'sealed_secret', keyColumn: 'sealed_with' });

/** Keeps the secrets of people's authenticator apps, sealed, and accepts each of their codes once. */
@Injectable()
export class TotpFactor {
  constructor(
    private readonly factors: TotpRepository,
    private readonly box: SealedBox,
    private readonly clock: Clock,
  ) {}

  /** A new secret, of no effect until it is enabled. @returns undefined while one is on */
  async begin(userId: string): Promise<string | undefined> {
    const [id, secret] = [newId(), newTotpSecret()];
    const sealed = this.box.seal(secret, placeIn(SECRET, id));
    return (await this.factors.insertPending(id, userId, sealed, this.clock.date())) ? secret : undefined;
  }

  /** When it was switched on and used last; undefined while it is off. */
  async standing(userId: string): Promise<{ enabledAt: Date; lastUsedAt: Date | null } | undefined> {
    const { enabledAt = null, lastUsedAt = null } = (await this.factors.find(userId)) ?? {};
    return enabledAt === null ? undefined : { enabledAt, lastUsedAt };
  }

  /** Switches on what was begun. The code is used up by it. @returns false when the code is not right */
  async enable(userId: string, code: string): Promise<boolean> {
    const stored = await this.factors.find(userId);
    const step = stored?.enabledAt === null ? this.stepOf(stored, code) : undefined;
    return stored !== undefined && step !== undefined && this.factors.enable(stored.id, step, this.clock.date());
  }

  /** Whether the code is right, and was never accepted: however many ask at once, on whatever replica. */
  async accept(userId: string, code: string): Promise<boolean> {
    const stored = await this.factors.find(userId);
    const step = stored && this.stepOf(stored, code);
    return stored !== undefined && step !== undefined && this.factors.accept(stored.id, step, this.clock.date());
  }

  /** @returns false when there was none */
  remove(userId: string): Promise<boolean> {
    return this.factors.delete(userId);
  }

  private stepOf({ id, sealed }: StoredTotp, code: string): number | undefined {
    return totpStepOf(this.box.open(sealed, placeIn(SECRET, id)), code, this.clock.date());
  }
}
