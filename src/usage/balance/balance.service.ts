import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { PICO_PER_CREDIT, type Pico, picoToCredits } from '#libs/kernel';
import { UserDirectory } from '../../users/user.directory.js';
import { BalanceCredited, BalanceSet } from '../events/balance.events.js';
import { BalanceBooks } from './balance.books.js';
import { balanceConfig } from './balance.config.js';
import { balanceErrors } from './balance.errors.js';
import type { Balance } from './balance.repository.js';

/** A balance as people see it. */
export interface BalanceView {
  /** Pico-dollars. */
  readonly balance: Pico;
  /** The same as a decimal of credits. */
  readonly credits: string;
  /** Left out where nothing is refilled. */
  readonly refill?: RefillView;
}

interface RefillView {
  readonly credits: number;
  readonly intervalSeconds: number;
  readonly lastAt: Date | null;
}

/** Shows people their balance, and lets administrators change it. */
@Injectable()
export class BalanceService {
  constructor(
    private readonly books: BalanceBooks,
    private readonly users: UserDirectory,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    @InjectConfig(balanceConfig) private readonly config: ConfigOf<typeof balanceConfig>,
  ) {}

  /** @throws DomainError balance_not_found */
  async get(actor: Principal): Promise<BalanceView> {
    const balance = this.config.enabled ? await this.books.find(personOf(actor).userId) : undefined;
    if (!balance) throw balanceErrors.balance_not_found();
    return this.view(balance);
  }

  /**
   * Adds to a balance, which is opened where there is none.
   *
   * @throws DomainError user_not_found
   */
  async credit(
    actor: Principal,
    id: string,
    { amount, reason }: { amount: number; reason?: string },
  ): Promise<BalanceView> {
    return this.change(id, async (before) => {
      const entry = { kind: 'credit' as const, amount: BigInt(amount) * PICO_PER_CREDIT, reason };
      const after = await this.books.book(before, { ...entry, userId: id, createdBy: personOf(actor).userId });
      await this.events.publish(new BalanceCredited(actor, id, before.left, after.left, entry));
      return after;
    });
  }

  /**
   * Makes a balance what it shall be, by an entry of the difference. What calls cost from then on goes down from there.
   *
   * @throws DomainError user_not_found
   */
  async set(
    actor: Principal,
    id: string,
    { credits, reason }: { credits: number; reason?: string },
  ): Promise<BalanceView> {
    return this.change(id, async (before) => {
      const entry = { kind: 'correction' as const, amount: BigInt(credits) * PICO_PER_CREDIT - before.left, reason };
      const after = await this.books.book(before, { ...entry, userId: id, createdBy: personOf(actor).userId });
      await this.events.publish(new BalanceSet(actor, id, before.left, after.left, entry));
      return after;
    });
  }

  private change(id: string, work: (before: Balance) => Promise<Balance>): Promise<BalanceView> {
    return this.work.run(async () => {
      if (!(await this.users.find(id))) throw balanceErrors.user_not_found();
      return this.view(await work(await this.books.open(id)));
    });
  }

  private view({ left, refilledAt }: Balance): BalanceView {
    const { refillCredits, refillIntervalSeconds } = this.config;
    const refill = { credits: refillCredits, intervalSeconds: refillIntervalSeconds, lastAt: refilledAt };
    return { balance: left, credits: picoToCredits(left), ...(refillCredits > 0 ? { refill } : {}) };
  }
}
