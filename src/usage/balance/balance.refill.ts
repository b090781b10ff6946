import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { UnitOfWork } from '#libs/database';
import { PICO_PER_CREDIT, type Pico } from '#libs/kernel';
import { BalanceBooks } from './balance.books.js';
import { balanceConfig } from './balance.config.js';
import type { Balance } from './balance.repository.js';

/** Credits a balance by itself when it cannot pay a call, once in an interval however many calls ask for it. */
@Injectable()
export class BalanceRefill {
  constructor(
    private readonly books: BalanceBooks,
    private readonly work: UnitOfWork,
    @InjectConfig(balanceConfig) private readonly config: ConfigOf<typeof balanceConfig>,
  ) {}

  /** A call was refused. @returns what is left after a refill, where one was due, or without */
  async left(userId: string): Promise<Pico> {
    const balance = await this.books.find(userId);
    if (!balance) return 0n;
    if (!this.isDue(balance)) return balance.left;
    return this.work.run(async () => {
      const locked = await this.books.findLocked(userId);
      if (!locked) return 0n;
      // Somebody else was faster.
      if (!this.isDue(locked)) return locked.left;
      const amount = BigInt(this.config.refillCredits) * PICO_PER_CREDIT;
      return (await this.books.book(locked, { userId, kind: 'refill', amount })).left;
    });
  }

  private isDue({ unrefilledMs }: Balance): boolean {
    const { refillCredits, refillIntervalSeconds } = this.config;
    return refillCredits > 0 && unrefilledMs >= refillIntervalSeconds * 1_000;
  }
}
