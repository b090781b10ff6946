import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { BudgetRegistry } from '../budgets/budget.registry.js';
import { Budgets } from '../budgets/budgets.js';
import { type Balance, type BalanceEntry, BalanceRepository } from './balance.repository.js';

/** Books on balances, and lets the next call know of it. */
@Injectable()
export class BalanceBooks {
  constructor(
    private readonly balances: BalanceRepository,
    private readonly registry: BudgetRegistry,
    private readonly budgets: Budgets,
    private readonly work: UnitOfWork,
  ) {}

  find(userId: string): Promise<Balance | undefined> {
    return this.balances.find(userId);
  }

  /** Within a transaction: nobody else books on it until that ends. */
  findLocked(userId: string): Promise<Balance | undefined> {
    return this.balances.findLocked(userId);
  }

  /** The same, of a balance that is opened, with nothing on it, where there is none. */
  async open(userId: string): Promise<Balance> {
    await this.balances.open(userId);
    const balance = await this.balances.findLocked(userId);
    if (!balance) throw new Error('A balance that was just opened is there.');
    return balance;
  }

  /** Part of the open transaction, which has the balance locked. @returns how it stands then */
  async book(balance: Balance, entry: BalanceEntry): Promise<Balance> {
    if (entry.amount !== 0n) await this.balances.book(entry);
    // The other replicas are told by the database; here the next call must not be earlier than that.
    this.work.afterCommit(() => {
      this.registry.forget();
      this.budgets.reconsider(balance.id);
    });
    return (await this.balances.find(entry.userId)) ?? balance;
  }
}
