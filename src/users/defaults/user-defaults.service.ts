import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { capOf, SpendingCaps } from '#libs/limits';
import { RuntimeSettings, type Setting } from '#libs/settings';
import { UserDefaultsSet } from '../events/user-defaults.events.js';
import { UserLimitsRepository } from '../user-limits.repository.js';

/** What people who are new to the house may spend and call; null is no limit, and never another default. */
export interface UserDefaults {
  /** A decimal of US dollars. */
  readonly maxBudget: string | null;
  readonly budgetDuration: string | null;
  readonly rpmLimit: number | null;
  readonly tpmLimit: number | null;
}

const UNLIMITED: UserDefaults = { maxBudget: null, budgetDuration: null, rpmLimit: null, tpmLimit: null };

/** Keeps what new people may spend and call, and gives it to each of them once. */
@Injectable()
export class UserDefaultsService {
  private readonly defaults: Setting<UserDefaults>;

  constructor(
    settings: RuntimeSettings,
    private readonly users: UserLimitsRepository,
    private readonly caps: SpendingCaps,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {
    this.defaults = settings.declare('user-defaults', UNLIMITED);
  }

  get(_actor: Principal): Promise<UserDefaults> {
    return this.defaults.get();
  }

  /** What is left out is null. Whoever has an account keeps what they have. */
  set(actor: Principal, wish: Partial<UserDefaults>): Promise<UserDefaults> {
    const { maxBudget = null, budgetDuration = null, rpmLimit = null, tpmLimit = null } = wish;
    const after: UserDefaults = { maxBudget, budgetDuration, rpmLimit, tpmLimit };
    return this.work.run(async () => {
      const before = await this.defaults.lock();
      await this.defaults.save(after);
      await this.events.publish(new UserDefaultsSet(actor, before, after));
      return after;
    });
  }

  /** Part of the transaction that makes the account; whatever replica it runs on, what was set last holds. */
  async giveTo(userId: string): Promise<void> {
    const { rpmLimit, tpmLimit, maxBudget, budgetDuration } = await this.defaults.read();
    if (rpmLimit !== null || tpmLimit !== null) await this.users.setRates(userId, { rpmLimit, tpmLimit });
    const cap = capOf({ maxBudget, budgetDuration }, undefined);
    if (cap) await this.caps.set('user', userId, cap);
  }
}
