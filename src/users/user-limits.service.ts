import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { changesNothing, picoToUsd } from '#libs/kernel';
import { capOf, type CapView, type CapWish, recordOf, SpendingCaps, viewOf } from '#libs/limits';
import { type UserLimitFacts, UserLimitsChanged, UserSpendReset } from './events/user.events.js';
import { UserLimitsRepository, type UserRates } from './user-limits.repository.js';
import { userErrors } from './users.errors.js';

/** What a person may spend and call. */
export interface UserLimitsView extends CapView, UserRates {
  readonly userId: string;
}

/** Lets administrators say how much a person may spend and call, over all their API keys. */
@Injectable()
export class UserLimitsService {
  constructor(
    private readonly users: UserLimitsRepository,
    private readonly caps: SpendingCaps,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /** @throws DomainError user_not_found */
  async update(actor: Principal, id: string, wish: CapWish & Partial<UserRates>): Promise<UserLimitsView> {
    return this.work.run(async () => {
      const rates = await this.lock(id);
      if (changesNothing(wish)) return this.view(id, rates);
      const cap = (await this.caps.of('user', [id])).get(id);
      const before = { userId: id, ...rates, ...viewOf(cap) };
      const { rpmLimit = rates.rpmLimit, tpmLimit = rates.tpmLimit } = wish;
      await this.users.setRates(id, { rpmLimit, tpmLimit });
      const wanted = capOf(wish, cap);
      if (wanted !== undefined) await this.caps.set('user', id, wanted);
      const after = await this.view(id, { rpmLimit, tpmLimit });
      await this.events.publish(new UserLimitsChanged(actor, id, shown(before), shown(after)));
      return after;
    });
  }

  /** A new period begins now. @throws DomainError user_not_found */
  async resetSpend(actor: Principal, id: string): Promise<UserLimitsView> {
    return this.work.run(async () => {
      const rates = await this.lock(id);
      const before = (await this.caps.of('user', [id])).get(id);
      await this.caps.restart('user', id);
      await this.events.publish(new UserSpendReset(actor, id, picoToUsd(before?.spent ?? 0n)));
      return this.view(id, rates);
    });
  }

  private async view(id: string, rates: UserRates): Promise<UserLimitsView> {
    return { userId: id, ...rates, ...viewOf((await this.caps.of('user', [id])).get(id)) };
  }

  private async lock(id: string): Promise<UserRates> {
    const rates = await this.users.findLocked(id);
    if (!rates) throw userErrors.user_not_found();
    return rates;
  }
}

function shown({ rpmLimit, tpmLimit, ...cap }: UserLimitsView): UserLimitFacts {
  return { ...recordOf(cap), rpmLimit, tpmLimit };
}
