import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { UnitOfWork } from '#libs/database';
import type { SqlFilter } from '../protocol/filter.sql.js';
import { ScimUserEntity } from './scim-user.entity.js';

/** A group that a person is in. */
export interface GroupOfUser {
  readonly userId: string;
  readonly id: string;
  readonly displayName: string;
}

/** Every question to the table of what directories say of accounts. */
@Injectable()
export class ScimUsersRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** In the order of making. The filter speaks of `s`, and of the account as `u`. */
  async list(
    filter: SqlFilter,
    { offset, limit }: { offset: number; limit: number },
  ): Promise<{ items: ScimUserEntity[]; total: number }> {
    const { sql, values } = filter;
    const from = `FROM scim_users s JOIN users u ON u.id = s.id WHERE ${sql}`;
    const [counted, found] = await Promise.all([
      this.query<{ total: number }>(`SELECT count(*)::int AS total ${from}`, values),
      this.query<{ id: string }>(
        `SELECT s.id ${from} ORDER BY s.id LIMIT $${values.length + 1} OFFSET $${values.length + 2}`,
        [...values, limit, offset],
      ),
    ]);
    const items = await this.users.find({ where: { id: In(found.map(({ id }) => id)) }, order: { id: 'ASC' } });
    return { items, total: counted[0]?.total ?? 0 };
  }

  find(id: string): Promise<ScimUserEntity | null> {
    return this.users.findOneBy({ id });
  }

  /** Within a transaction: nobody else changes the person until it ends. */
  findLocked(id: string): Promise<ScimUserEntity | null> {
    return this.users.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  /** Whether a name, given as its indexes, is somebody else's. */
  async isUserNameTaken(indexes: readonly Buffer[], besides?: string): Promise<boolean> {
    const found = await this.users.findOneBy({ userNameIndex: In([...indexes]) });
    return found !== null && found.id !== besides;
  }

  async insert(user: ScimUserEntity): Promise<void> {
    await this.users.insert(user);
  }

  async update({ id, ...changes }: ScimUserEntity): Promise<void> {
    await this.users.update({ id }, changes);
  }

  async delete(id: string): Promise<void> {
    await this.users.delete({ id });
  }

  /** Those of the ids that are people of a directory. */
  async known(ids: readonly string[]): Promise<Set<string>> {
    const rows = await this.query<{ id: string }>('SELECT id FROM scim_users WHERE id = ANY($1::uuid[])', [ids]);
    return new Set(rows.map(({ id }) => id));
  }

  groupsOf(userIds: readonly string[]): Promise<GroupOfUser[]> {
    return this.query<GroupOfUser>(
      `SELECT m.user_id AS "userId", g.id, g.display_name AS "displayName"
         FROM team_members m JOIN scim_groups g ON g.id = m.team_id
        WHERE m.user_id = ANY($1::uuid[]) ORDER BY g.id`,
      [userIds],
    );
  }

  private query<Row>(sql: string, values: readonly unknown[]): Promise<Row[]> {
    return this.work.manager.query(sql, [...values]);
  }

  private get users() {
    return this.work.manager.getRepository(ScimUserEntity);
  }
}
