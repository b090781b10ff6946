import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { ADVISORY_LOCKS, isUniqueViolation, UnitOfWork } from '#libs/database';
import { ContactSealer } from './contact.sealer.js';
import { SYSTEM_USER_ID } from './system-user.js';
import { type User, UserEntity } from './user.entity.js';

const UNVERIFIED = `email_verified_at IS NULL AND last_sign_in_at IS NULL AND password_hash IS NOT NULL
    AND role <> 'admin' AND created_at < $1`;

/** Every question to the table of users. Addresses are given in canonical form. */
@Injectable()
export class UsersRepository {
  constructor(
    private readonly work: UnitOfWork,
    private readonly contacts: ContactSealer,
  ) {}

  async findById(id: string): Promise<User | null> {
    return this.opened(await this.users.findOneBy({ id }));
  }

  async findByEmail(email: string): Promise<User | null> {
    return this.opened(await this.users.findOneBy({ emailIndex: In(this.contacts.emailIndexes(email)) }));
  }

  async findByPhone(phone: string): Promise<User | null> {
    return this.opened(await this.users.findOneBy({ phoneIndex: In(this.contacts.phoneIndexes(phone)) }));
  }

  /** @returns false when the address is taken */
  async insert(user: User): Promise<boolean> {
    // The constraint does not know the index of a former key.
    if (await this.findByEmail(user.email)) return false;
    return this.insertRow(this.contacts.close(user));
  }

  /** Changes the name. The row is locked, so that the old name is the one that was replaced. */
  async rename(id: string, name: string, updatedAt: Date): Promise<{ before: User; after: User } | undefined> {
    const before = await this.findLocked(id);
    if (!before) return undefined;
    await this.users.update({ id }, { name, updatedAt });
    return { before, after: { ...before, name, updatedAt } };
  }

  /** Within a transaction: nobody else changes the person until it ends. */
  async findLocked(id: string): Promise<User | null> {
    return this.opened(await this.users.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } }));
  }

  async delete(id: string): Promise<void> {
    await this.users.delete({ id });
  }

  /** Made by their owners before a moment, neither verified nor ever used; administrators are none of them. */
  async findUnverified(before: Date, most: number): Promise<string[]> {
    const rows: { id: string }[] = await this.work.manager.query(
      `SELECT id FROM users WHERE ${UNVERIFIED} ORDER BY created_at LIMIT $2`,
      [before, most],
    );
    return rows.map(({ id }) => id);
  }

  async countUnverified(before: Date): Promise<number> {
    const rows: { count: number }[] = await this.work.manager.query(
      `SELECT count(*)::integer AS count FROM users WHERE ${UNVERIFIED}`,
      [before],
    );
    return rows[0]?.count ?? 0;
  }

  async findByIds(ids: readonly string[]): Promise<User[]> {
    const rows = await this.users.findBy({ id: In([...ids]) });
    return rows.map((row) => this.contacts.open(row));
  }

  /** @returns false when the address is somebody else's */
  async describe(before: User, { id, email, name, updatedAt }: User): Promise<boolean> {
    const isMoved = email !== before.email;
    if (isMoved && (await this.findByEmail(email))) return false;
    const sealed = isMoved ? { ...this.contacts.email(id, email), emailVerifiedAt: null } : {};
    try {
      await this.users.update({ id }, { ...sealed, name, updatedAt });
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  /** @returns false when it is somebody else's */
  async setPhone(id: string, phone: string | null): Promise<boolean> {
    const owner = phone === null ? null : await this.findByPhone(phone);
    if (owner && owner.id !== id) return false;
    try {
      await this.users.update({ id }, { ...this.contacts.phone(id, phone), updatedAt: () => 'now()' });
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  /** To one that was verified. @returns false when it is somebody else's */
  async setEmail(id: string, email: string, emailVerifiedAt: Date): Promise<boolean> {
    const owner = await this.findByEmail(email);
    if (owner && owner.id !== id) return false;
    try {
      const updatedAt = () => 'now()';
      await this.users.update({ id }, { ...this.contacts.email(id, email), emailVerifiedAt, updatedAt });
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  /** @returns false when another was the present one */
  async setPasswordHash(id: string, passwordHash: string, replacing?: string): Promise<boolean> {
    const which = replacing === undefined ? { id } : { id, passwordHash: replacing };
    return (await this.users.update(which, { passwordHash, updatedAt: () => 'now()' })).affected === 1;
  }

  /** Within a transaction nobody changes it until that ends. */
  async holdsPasswordHash(id: string, passwordHash: string): Promise<boolean> {
    const sql = 'SELECT id FROM users WHERE id = $1 AND password_hash = $2 FOR SHARE';
    const rows: unknown[] = await this.work.manager.query(sql, [id, passwordHash]);
    return rows.length === 1;
  }

  /** @returns the hash that it replaced */
  async replacePasswordHash(id: string, passwordHash: string): Promise<string | null> {
    const rows: { former: string | null }[] = await this.work.manager.query(
      `WITH before AS (SELECT id, password_hash FROM users WHERE id = $1 FOR UPDATE),
            after AS (UPDATE users SET password_hash = $2, updated_at = now() FROM before WHERE users.id = before.id)
       SELECT password_hash AS former FROM before`,
      [id, passwordHash],
    );
    return rows[0]?.former ?? null;
  }

  /** @returns false when it was verified already, or is not that of the account any more */
  async noteEmailVerified(id: string, email: string, emailVerifiedAt: Date): Promise<boolean> {
    const { affected } = await this.users.update(
      { id, emailIndex: In(this.contacts.emailIndexes(email)), emailVerifiedAt: IsNull() },
      { emailVerifiedAt, updatedAt: () => 'now()' },
    );
    return affected === 1;
  }

  /** @returns false for an account that may not be used, or has another password than that */
  async noteSignIn(id: string, now: Date, passwordHash?: string): Promise<boolean> {
    const { affected } = await this.users
      .createQueryBuilder()
      .update()
      .set({ lastSignInAt: () => 'now()' })
      .where({ id, status: 'active', ...(passwordHash === undefined ? {} : { passwordHash }) })
      .andWhere('(banned_until IS NULL OR banned_until <= :now)', { now })
      .execute();
    return affected === 1;
  }

  /** Within a transaction: nobody else changes the person until it ends. @returns false for whoever may not be let in */
  async lockUsable(id: string, now: Date): Promise<boolean> {
    const rows: unknown[] = await this.work.manager.query(
      `SELECT id FROM users
        WHERE id = $1 AND status = 'active' AND (banned_until IS NULL OR banned_until <= $2) FOR NO KEY UPDATE`,
      [id, now],
    );
    return rows.length === 1;
  }

  /** Whether anybody but the platform's own user has an account. */
  async existsPerson(): Promise<boolean> {
    return this.exists('SELECT EXISTS (SELECT FROM users WHERE id <> $1) AS found', [SYSTEM_USER_ID]);
  }

  /**
   * Whether anybody could administer the house now.
   *
   * @param but whoever is about to be none any more
   */
  async existsAdministrator(now: Date, but: string = SYSTEM_USER_ID): Promise<boolean> {
    return this.exists(
      `SELECT EXISTS (
         SELECT FROM users
          WHERE role = 'admin' AND status = 'active' AND id NOT IN ($1, $2)
            AND (banned_until IS NULL OR banned_until <= $3)
       ) AS found`,
      [SYSTEM_USER_ID, but, now],
    );
  }

  /** Until the transaction ends, nobody else decides who the first person or administrator is. */
  async lockRegistration(): Promise<void> {
    await this.work.manager.query('SELECT pg_advisory_xact_lock($1, 0)', [ADVISORY_LOCKS.registration]);
  }

  async ensureSystemUser(): Promise<void> {
    await this.insertRow({
      id: SYSTEM_USER_ID,
      ...this.contacts.email(SYSTEM_USER_ID, 'system@sluice.internal'),
      name: 'Sluice',
      role: 'user',
      status: 'inactive',
    });
  }

  /** @returns false when there is such a row */
  private async insertRow(row: Partial<UserEntity>): Promise<boolean> {
    const { raw } = (await this.users
      .createQueryBuilder()
      .insert()
      .values(row)
      .orIgnore()
      .returning('id')
      .execute()) as { raw: unknown[] };
    return raw.length > 0;
  }

  private opened(row: UserEntity | null): User | null {
    return row && this.contacts.open(row);
  }

  private async exists(sql: string, values: unknown[]): Promise<boolean> {
    const rows: { found: boolean }[] = await this.work.manager.query(sql, values);
    return rows[0]?.found ?? false;
  }

  private get users() {
    return this.work.manager.getRepository(UserEntity);
  }
}
