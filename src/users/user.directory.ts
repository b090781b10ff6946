import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Clock, newId } from '#libs/kernel';
import { administers } from './administers.js';
import { UserDefaultsService } from './defaults/user-defaults.service.js';
import { UserCreated, UserLeaves, UserUpdated } from './events/user.events.js';
import { SYSTEM_USER_ID } from './system-user.js';
import { userErrors } from './users.errors.js';
import { UsersRepository } from './users.repository.js';

/** An account as other features see it. */
export interface UserAccount {
  readonly id: string;
  readonly email: string;
  readonly phone: string | null;
  /** Null until its owner has shown that mail to the address reaches them. */
  readonly emailVerifiedAt: Date | null;
  readonly name: string;
  readonly role: string;
  readonly status: 'active' | 'inactive';
  /** Null, or past, when they are not banned. */
  readonly bannedUntil: Date | null;
  readonly createdAt: Date;
}

/** An account that is about to be; the address is in canonical form. */
export interface NewAccount {
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string | null;
  /** Left out, the first person becomes `admin` and everybody after them `user`. */
  readonly role?: string;
  /** That mail to the address reaches its owner is known already. */
  readonly isEmailVerified?: boolean;
}

/** Knows every account, and makes new ones. */
@Injectable()
export class UserDirectory implements OnApplicationBootstrap {
  private readonly log = new Logger(UserDirectory.name);

  constructor(
    private readonly users: UsersRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly defaults: UserDefaultsService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.users.ensureSystemUser();
  }

  async find(id: string): Promise<UserAccount | undefined> {
    return (await this.users.findById(id)) ?? undefined;
  }

  findAll(ids: readonly string[]): Promise<readonly UserAccount[]> {
    return this.users.findByIds(ids);
  }

  /** @throws DomainError user_not_found */
  async get(id: string): Promise<UserAccount> {
    const account = await this.find(id);
    if (!account) throw userErrors.user_not_found();
    return account;
  }

  /** @param email in canonical form */
  async findByEmail(email: string): Promise<(UserAccount & { readonly passwordHash: string | null }) | undefined> {
    return (await this.users.findByEmail(email)) ?? undefined;
  }

  /** With what a password is compared with; null for whoever has none. */
  async findWithPassword(id: string): Promise<(UserAccount & { readonly passwordHash: string | null }) | undefined> {
    return (await this.users.findById(id)) ?? undefined;
  }

  /** Made by their owners before a moment, neither verified nor ever used. The oldest first. */
  listUnverified(before: Date, most: number): Promise<string[]> {
    return this.users.findUnverified(before, most);
  }

  countUnverified(before: Date): Promise<number> {
    return this.users.countUnverified(before);
  }

  /**
   * Takes an account away, and with it whatever refers to it.
   *
   * @param forget what must go before, in the same transaction
   * @throws DomainError user_not_found, last_administrator_needed, and what others have against it
   */
  async remove(actor: Principal, id: string, forget: () => Promise<void>): Promise<void> {
    await this.work.run(async () => {
      const user = await this.users.findLocked(id);
      if (!user || id === SYSTEM_USER_ID) throw userErrors.user_not_found();
      if (administers(user, this.clock.date())) await this.keepAnAdministrator(id);
      await this.events.publish(new UserLeaves(actor, id));
      await forget();
      await this.users.delete(id);
    });
  }

  /** @throws DomainError user_email_taken */
  async create(actor: Principal, { isEmailVerified = false, ...account }: NewAccount): Promise<UserAccount> {
    const now = this.clock.date();
    return this.work.run(async () => {
      const user = {
        ...account,
        id: newId(),
        role: account.role ?? (await this.roleOfNext()),
        status: 'active' as const,
        bannedUntil: null,
        banReason: null,
        phone: null,
        emailVerifiedAt: isEmailVerified ? now : null,
        lastSignInAt: null,
        createdAt: now,
        updatedAt: now,
      };
      if (!(await this.users.insert(user))) throw userErrors.user_email_taken({ param: 'email' });
      await this.defaults.giveTo(user.id);
      await this.events.publish(new UserCreated(actor, user));
      this.work.afterCommit(() => this.log.log(`Account ${user.id} was made for ${user.email}`));
      return user;
    });
  }

  /**
   * Makes an administrator, unless somebody can administer the house. Replicas that start together make one only.
   *
   * @returns the new account, or undefined when nothing had to be done
   */
  async createFirstAdministrator(
    actor: Principal,
    account: Omit<NewAccount, 'role'>,
  ): Promise<UserAccount | undefined> {
    return this.work.run(async () => {
      await this.users.lockRegistration();
      if (await this.users.existsAdministrator(this.clock.date())) return undefined;
      return this.create(actor, { ...account, role: 'admin', isEmailVerified: true });
    });
  }

  async hasAdministrator(): Promise<boolean> {
    return this.users.existsAdministrator(this.clock.date());
  }

  /** @param replacing set it only if this is still the present one, so that a new password is not undone */
  async setPasswordHash(id: string, hash: string, replacing?: string): Promise<boolean> {
    return this.users.setPasswordHash(id, hash, replacing);
  }

  /** Whether this is the hash of the account's password; within a transaction it stays so until that ends. */
  async holdsPasswordHash(id: string, hash: string): Promise<boolean> {
    return this.users.holdsPasswordHash(id, hash);
  }

  /** @returns the hash that it replaced */
  async replacePasswordHash(id: string, hash: string): Promise<string | null> {
    return this.users.replacePasswordHash(id, hash);
  }

  /**
   * @param email an address that was verified, in canonical form
   * @throws DomainError user_not_found, user_email_taken
   */
  async changeEmail(actor: Principal, id: string, email: string): Promise<void> {
    await this.work.run(async () => {
      const before = await this.users.findLocked(id);
      if (!before) throw userErrors.user_not_found();
      if (!(await this.users.setEmail(id, email, this.clock.date()))) throw userErrors.user_email_taken();
      await this.events.publish(new UserUpdated(actor, before, { ...before, email }));
    });
  }

  /**
   * @param email the address that was verified, in canonical form
   * @returns false when it was verified already, or is not that of the account any more
   */
  async noteEmailVerified(id: string, email: string): Promise<boolean> {
    return this.users.noteEmailVerified(id, email, this.clock.date());
  }

  /**
   * @param phone in canonical form; null takes it away
   * @throws DomainError user_not_found, user_phone_taken
   */
  async setPhone(actor: Principal, id: string, phone: string | null): Promise<void> {
    await this.work.run(async () => {
      const before = await this.users.findLocked(id);
      if (!before) throw userErrors.user_not_found();
      if (!(await this.users.setPhone(id, phone))) throw userErrors.user_phone_taken({ param: 'phone' });
      await this.events.publish(new UserUpdated(actor, before, { ...before, phone }));
    });
  }

  /**
   * Within a transaction: nobody else changes the account until it ends.
   *
   * @param passwordHash what was compared with the password that was given, if one was
   * @returns whether it may be used, and that password is still the one
   */
  async noteSignIn(id: string, passwordHash?: string): Promise<boolean> {
    return this.users.noteSignIn(id, this.clock.date(), passwordHash);
  }

  /**
   * Within a transaction: nobody shuts the account, or takes its password away, until that ends.
   *
   * @returns whether it may be used
   */
  async lockUsable(id: string): Promise<boolean> {
    return this.users.lockUsable(id, this.clock.date());
  }

  /** Of the last two who leave at once, one stays. */
  private async keepAnAdministrator(leaver: string): Promise<void> {
    await this.users.lockRegistration();
    if (!(await this.users.existsAdministrator(this.clock.date(), leaver)))
      throw userErrors.last_administrator_needed();
  }

  /** Only while the house is empty does anybody wait for the lock. */
  private async roleOfNext(): Promise<'admin' | 'user'> {
    if (await this.users.existsPerson()) return 'user';
    await this.users.lockRegistration();
    return (await this.users.existsPerson()) ? 'user' : 'admin';
  }
}
