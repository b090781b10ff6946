import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { Clock, mapPage, type Page } from '#libs/kernel';
import { AccountStanding } from '../account.standing.js';
import type { BanPersonDto, ListPeopleQueryDto, UpdatePersonDto } from '../dto/person.dto.js';
import { SYSTEM_USER_ID } from '../system-user.js';
import type { User } from '../user.entity.js';
import { userErrors } from '../users.errors.js';
import { UsersRepository } from '../users.repository.js';
import { PeopleRepository } from './people.repository.js';

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** Further than any clock is looked at. */
const LONGEST_MS = 3_650 * UNIT_MS.d;

/** What administrators do with the accounts of others. */
@Injectable()
export class PeopleAdministration {
  constructor(
    private readonly people: PeopleRepository,
    private readonly users: UsersRepository,
    private readonly standing: AccountStanding,
    private readonly clock: Clock,
  ) {}

  async list(_actor: Principal, { pageSize, ...query }: ListPeopleQueryDto): Promise<Page<User>> {
    const found = await this.people.list({ ...query, limit: pageSize ?? query.limit }, this.clock.date());
    return mapPage(found, (user) => this.shown(user));
  }

  /** @throws DomainError user_not_found */
  async get(_actor: Principal, id: string): Promise<User> {
    const user = id === SYSTEM_USER_ID ? null : await this.users.findById(id);
    if (!user) throw userErrors.user_not_found();
    return this.shown(user);
  }

  /** @throws DomainError user_not_found, last_administrator_needed */
  async update(actor: Principal, id: string, { role }: UpdatePersonDto): Promise<User> {
    return this.shown(await this.standing.change(actor, id, role === undefined ? {} : { role }));
  }

  /** @throws DomainError user_not_found, last_administrator_needed */
  async setStatus(actor: Principal, id: string, status: User['status']): Promise<User> {
    return this.shown(await this.standing.change(actor, id, { status }));
  }

  /** @throws DomainError user_not_found, last_administrator_needed */
  async ban(actor: Principal, id: string, { duration, reason = null }: BanPersonWish): Promise<User> {
    const until = new Date(this.clock.now() + milliseconds(duration));
    return this.shown(await this.standing.ban(actor, id, { until, reason }));
  }

  /** @throws DomainError user_not_found */
  async unban(actor: Principal, id: string): Promise<void> {
    await this.standing.unban(actor, id);
  }

  /** A ban that is over is none. */
  private shown(user: User): User {
    const isBanned = user.bannedUntil !== null && user.bannedUntil.getTime() > this.clock.now();
    return isBanned ? user : { ...user, bannedUntil: null, banReason: null };
  }
}

type BanPersonWish = Omit<BanPersonDto, 'reason'> & { readonly reason?: string | null };

function milliseconds(duration: string): number {
  const unit = duration.slice(-1) as keyof typeof UNIT_MS;
  return Math.min(Number(duration.slice(0, -1)) * UNIT_MS[unit], LONGEST_MS);
}
