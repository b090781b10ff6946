import { Injectable } from '@nestjs/common';
import { ADVISORY_LOCKS, UnitOfWork } from '#libs/database';
import { SYSTEM_USER_ID } from './system-user.js';
import { UserEntity } from './user.entity.js';

/** Every question to the table of users. Addresses are given in canonical form. */
@Injectable()
export class UsersRepository {
  constructor(private readonly work: UnitOfWork) {}

  findById(id: string): Promise<UserEntity | null> {
    return this.users.findOneBy({ id });
  }

  findByEmail(email: string): Promise<UserEntity | null> {
    return this.users.findOneBy({ email });
  }

  /** @returns false when the address is taken */
  async insert(user: UserEntity): Promise<boolean> {
    const { raw } = (await this.users
      .createQueryBuilder()
      .insert()
      .values(user)
      .orIgnore()
      .returning('id')
      .execute()) as { raw: unknown[] };
    return raw.length > 0;
  }

  /** Changes the name. The row is locked, so that the old name is the one that was replaced. */
  async rename(
    id: string,
    name: string,
    updatedAt: Date,
  ): Promise<{ before: UserEntity; after: UserEntity } | undefined> {
    const before = await this.users.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!before) return undefined;
    const after = Object.assign(new UserEntity(), before, { name, updatedAt });
    await this.users.update({ id }, { name, updatedAt });
    return { before, after };
  }

  async setPasswordHash(id: string, passwordHash: string, replacing?: string): Promise<void> {
    const which = replacing === undefined ? { id } : { id, passwordHash: replacing };
    await this.users.update(which, { passwordHash, updatedAt: () => 'now()' });
  }

  /** @returns false for an account that may not be used */
  async noteSignIn(id: string): Promise<boolean> {
    const { affected } = await this.users.update({ id, status: 'active' }, { lastSignInAt: () => 'now()' });
    return affected === 1;
  }

  /** Whether anybody but the platform's own user has an account. */
  async existsPerson(): Promise<boolean> {
    return this.exists('SELECT EXISTS (SELECT FROM users WHERE id <> $1) AS found', [SYSTEM_USER_ID]);
  }

  async existsActiveAdministrator(): Promise<boolean> {
    return this.exists(
      `SELECT EXISTS (SELECT FROM users WHERE role = 'admin' AND status = 'active' AND id <> $1) AS found`,
      [SYSTEM_USER_ID],
    );
  }

  /** Until the transaction ends, nobody else decides who the first person or administrator is. */
  async lockRegistration(): Promise<void> {
    await this.work.manager.query('SELECT pg_advisory_xact_lock($1, 0)', [ADVISORY_LOCKS.registration]);
  }

  async ensureSystemUser(): Promise<void> {
    await this.work.manager.query(
      `INSERT INTO users (id, email, name, role, status) VALUES ($1, 'system@sluice.internal', 'Sluice', 'user', 'inactive')
       ON CONFLICT DO NOTHING`,
      [SYSTEM_USER_ID],
    );
  }

  private async exists(sql: string, values: unknown[]): Promise<boolean> {
    const rows: { found: boolean }[] = await this.work.manager.query(sql, values);
    return rows[0]?.found ?? false;
  }

  private get users() {
    return this.work.manager.getRepository(UserEntity);
  }
}
