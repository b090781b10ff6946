import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { UnitOfWork } from '#libs/database';
import type { SqlFilter } from '../protocol/filter.sql.js';
import { ScimGroupEntity } from './scim-group.entity.js';

/** Somebody in a group. */
export interface GroupMember {
  readonly groupId: string;
  readonly id: string;
  readonly name: string;
}

type GroupNames = Pick<ScimGroupEntity, 'externalId' | 'displayName'>;

/** Every question to the table of what directories say of teams. */
@Injectable()
export class ScimGroupsRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** In the order of making. The filter speaks of `g`. */
  async list(
    { sql, values }: SqlFilter,
    { offset, limit }: { offset: number; limit: number },
  ): Promise<{ items: ScimGroupEntity[]; total: number }> {
    const [counted, found] = await Promise.all([
      this.query<{ total: number }>(`SELECT count(*)::int AS total FROM scim_groups g WHERE ${sql}`, values),
      this.query<{ id: string }>(
        `SELECT g.id FROM scim_groups g WHERE ${sql}
          ORDER BY g.id LIMIT $${values.length + 1} OFFSET $${values.length + 2}`,
        [...values, limit, offset],
      ),
    ]);
    const items = await this.groups.find({ where: { id: In(found.map(({ id }) => id)) }, order: { id: 'ASC' } });
    return { items, total: counted[0]?.total ?? 0 };
  }

  find(id: string): Promise<ScimGroupEntity | null> {
    return this.groups.findOneBy({ id });
  }

  /** Within a transaction: nobody else changes the group until it ends. */
  findLocked(id: string): Promise<ScimGroupEntity | null> {
    return this.groups.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  async insert(group: ScimGroupEntity): Promise<void> {
    await this.groups.insert(group);
  }

  async update(id: string, { externalId, displayName }: GroupNames, updatedAt: Date): Promise<void> {
    await this.groups.update({ id }, { externalId, displayName, updatedAt, revision: () => 'revision + 1' });
  }

  /** The groups have changed by somebody's leaving the directory. */
  async touch(ids: readonly string[], updatedAt: Date): Promise<void> {
    await this.groups.update({ id: In([...ids]) }, { updatedAt, revision: () => 'revision + 1' });
  }

  membersOf(ids: readonly string[]): Promise<GroupMember[]> {
    return this.query<GroupMember>(
      `SELECT m.team_id AS "groupId", u.id, u.name
         FROM team_members m JOIN scim_users s ON s.id = m.user_id JOIN users u ON u.id = s.id
        WHERE m.team_id = ANY($1::uuid[]) ORDER BY u.id`,
      [ids],
    );
  }

  /** The names, in small letters, that the groups of each person are known by. */
  namesOf(userIds: readonly string[]): Promise<{ userId: string; names: string[] }[]> {
    return this.query(
      `SELECT m.user_id AS "userId", array_remove(ARRAY[lower(g.display_name), lower(g.external_id)], NULL) AS names
         FROM team_members m JOIN scim_groups g ON g.id = m.team_id WHERE m.user_id = ANY($1::uuid[])`,
      [userIds],
    );
  }

  private query<Row>(sql: string, values: readonly unknown[]): Promise<Row[]> {
    return this.work.manager.query(sql, [...values]);
  }

  private get groups() {
    return this.work.manager.getRepository(ScimGroupEntity);
  }
}
