import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { TeamMemberEntity, type TeamRole } from './team-member.entity.js';

/** Every question to the table of who is in which team. */
@Injectable()
export class TeamMembersRepository {
  constructor(private readonly work: UnitOfWork) {}

  find(teamId: string, userId: string): Promise<TeamMemberEntity | null> {
    return this.members.findOneBy({ teamId, userId });
  }

  listOfUser(userId: string): Promise<TeamMemberEntity[]> {
    return this.members.find({ where: { userId }, order: { teamId: 'ASC' } });
  }

  countOfUser(userId: string): Promise<number> {
    return this.members.countBy({ userId });
  }

  /** Whoever is a member already keeps their role. */
  async add(teamId: string, userId: string, role: TeamRole): Promise<void> {
    await this.members.createQueryBuilder().insert().values({ teamId, userId, role }).orIgnore().execute();
  }

  async setRole(teamId: string, userId: string, role: TeamRole): Promise<void> {
    await this.members.update({ teamId, userId }, { role });
  }

  /** The teams that nobody else owns, locked until the transaction ends, and who comes next: by role, then by time. */
  async ownedAlone(userId: string): Promise<{ id: string; name: string; heirId: string | null }[]> {
    return this.work.manager.query(
      `SELECT t.id, t.name,
              (SELECT h.user_id FROM team_members h JOIN users u ON u.id = h.user_id AND u.status = 'active'
                WHERE h.team_id = t.id AND h.user_id <> $1
                ORDER BY array_position('{admin,member,viewer}', h.role), h.joined_at LIMIT 1) AS "heirId"
         FROM teams t JOIN team_members m ON m.team_id = t.id
        WHERE m.user_id = $1 AND m.role = 'owner'
          AND NOT EXISTS (SELECT FROM team_members o WHERE o.team_id = t.id AND o.role = 'owner' AND o.user_id <> $1)
        ORDER BY t.id FOR UPDATE OF t`,
      [userId],
    );
  }

  async idsOf(teamId: string): Promise<string[]> {
    const rows = await this.query('SELECT user_id AS id FROM team_members WHERE team_id = $1 ORDER BY user_id', [
      teamId,
    ]);
    return rows.map(({ id }) => id);
  }

  /** @returns who was not a member before */
  async addAll(teamId: string, userIds: readonly string[], role: TeamRole): Promise<string[]> {
    const rows = await this.query(
      `INSERT INTO team_members (team_id, user_id, role) SELECT $1, id, $3 FROM unnest($2::uuid[]) AS given (id) ORDER BY id
       ON CONFLICT DO NOTHING RETURNING user_id AS id`,
      [teamId, userIds, role],
    );
    return rows.map(({ id }) => id);
  }

  /** @returns who was a member before */
  async removeAll(teamId: string, userIds: readonly string[]): Promise<string[]> {
    const removed = await this.query(
      `WITH gone AS (DELETE FROM team_members WHERE team_id = $1 AND user_id = ANY($2::uuid[]) RETURNING user_id)
       SELECT user_id AS id FROM gone`,
      [teamId, userIds],
    );
    return removed.map(({ id }) => id);
  }

  private query(sql: string, values: readonly unknown[]): Promise<{ id: string }[]> {
    return this.work.manager.query(sql, [...values]);
  }

  private get members() {
    return this.work.manager.getRepository(TeamMemberEntity);
  }
}
