import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Clock } from '#libs/kernel';
import { administers } from './administers.js';
import { UserBanned, UserUnbanned, UserUpdated } from './events/user.events.js';
import { PeopleRepository, type StandingChange } from './people/people.repository.js';
import { SYSTEM_USER_ID } from './system-user.js';
import type { User } from './user.entity.js';
import { userErrors } from './users.errors.js';
import { UsersRepository } from './users.repository.js';

/** How long somebody is banned, and what they are told. */
export interface Ban {
  readonly until: Date;
  readonly reason: string | null;
}

/**
 * Says who may use their account and as what. Whoever holds a credential of somebody who may not any more is refused
 * by all replicas within a second. The house never loses its last administrator.
 */
@Injectable()
export class AccountStanding {
  constructor(
    private readonly people: PeopleRepository,
    private readonly users: UsersRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError user_not_found, last_administrator_needed */
  async change(actor: Principal, id: string, wish: Partial<Pick<User, 'role' | 'status'>>): Promise<User> {
    return this.work.run(async () => {
      const { before, after } = await this.set(id, (user) => ({
        role: wish.role ?? user.role,
        status: wish.status ?? user.status,
      }));
      if (before !== after) await this.events.publish(new UserUpdated(actor, before, after));
      return after;
    });
  }

  /**
   * The role that an authority outside gives, which may not leave the house without an administrator.
   *
   * @returns the account as it is then, with its former role where it had to be kept
   * @throws DomainError user_not_found
   */
  async follow(actor: Principal, id: string, role: string): Promise<User> {
    return this.work.run(async () => {
      const { before, after } = await this.set(id, () => ({ role }), 'keep');
      if (before !== after) await this.events.publish(new UserUpdated(actor, before, after));
      return after;
    });
  }

  /** @throws DomainError user_not_found, last_administrator_needed */
  async ban(actor: Principal, id: string, { until, reason }: Ban): Promise<User> {
    return this.work.run(async () => {
      const { after } = await this.set(id, () => ({ bannedUntil: until, banReason: reason }));
      await this.events.publish(new UserBanned(actor, id, until, reason));
      return after;
    });
  }

  /** @throws DomainError user_not_found */
  async unban(actor: Principal, id: string): Promise<void> {
    await this.work.run(async () => {
      const { before, after } = await this.set(id, () => ({ bannedUntil: null, banReason: null }));
      if (before !== after) await this.events.publish(new UserUnbanned(actor, id));
    });
  }

  /** @returns the very same where nothing changes */
  private async set(
    id: string,
    changeOf: (user: User) => StandingChange,
    lastAdministrator: 'refuse' | 'keep' = 'refuse',
  ): Promise<{ before: User; after: User }> {
    // Of two administrators who shut each other out at once, the second waits, and is told.
    await this.users.lockRegistration();
    const before = id === SYSTEM_USER_ID ? null : await this.users.findLocked(id);
    if (!before) throw userErrors.user_not_found();
    const now = this.clock.date();
    const change = changeOf(before);
    const keys = Object.keys(change) as (keyof StandingChange)[];
    if (keys.every((key) => String(before[key]) === String(change[key]))) return { before, after: before };
    const after: User = { ...before, ...change, updatedAt: now };
    const isLost = administers(before, now) && !administers(after, now);
    if (isLost && !(await this.users.existsAdministrator(now, id))) {
      if (lastAdministrator === 'keep') return { before, after: before };
      throw userErrors.last_administrator_needed();
    }
    await this.people.change(id, change, now);
    return { before, after };
  }
}
