import { Injectable } from '@nestjs/common';
import { isUniqueViolation, UnitOfWork } from '#libs/database';
import type { Page } from '#libs/kernel';
import { TeamEntity } from './team.entity.js';
import type { TeamRole } from './team-member.entity.js';

/** A team as one person sees it. */
export interface TeamView extends TeamEntity {
  /** What the person is in it; null for an administrator who is not in it. */
  readonly role: TeamRole | null;
  readonly memberCount: number;
}

/** Who looks: only what they are a member of, unless they may see every team. */
export interface Viewer {
  readonly userId: string;
  readonly seesAll: boolean;
}

const VISIBLE = `FROM teams t
  LEFT JOIN team_members m ON m.team_id = t.id AND m.user_id = $1
 WHERE ($2 OR m.user_id IS NOT NULL)`;

const VIEW = `t.id, t.slug, t.name, t.description, t.source, t.allowed_models AS "allowedModels",
  t.rpm_limit AS "rpmLimit", t.tpm_limit AS "tpmLimit", t.created_by AS "createdBy",
  t.created_at AS "createdAt", t.updated_at AS "updatedAt", m.role,
  (SELECT count(*)::int FROM team_members c WHERE c.team_id = t.id) AS "memberCount"`;

/** Every question to the table of teams. */
@Injectable()
export class TeamsRepository {
  constructor(private readonly work: UnitOfWork) {}

  async listVisible(viewer: Viewer, { page, limit }: { page: number; limit: number }): Promise<Page<TeamView>> {
    const { userId, seesAll } = viewer;
    const [items, counted] = await Promise.all([
      this.query<TeamView>(`SELECT ${VIEW} ${VISIBLE} ORDER BY t.name, t.id LIMIT $3 OFFSET $4`, [
        userId,
        seesAll,
        limit,
        (page - 1) * limit,
      ]),
      this.query<{ total: number }>(`SELECT count(*)::int AS total ${VISIBLE}`, [userId, seesAll]),
    ]);
    return { items, page, limit, total: counted[0]?.total ?? 0 };
  }

  async findVisible({ userId, seesAll }: Viewer, id: string): Promise<TeamView | undefined> {
    const [team] = await this.query<TeamView>(`SELECT ${VIEW} ${VISIBLE} AND t.id = $3`, [userId, seesAll, id]);
    return team;
  }

  /** Within a transaction: nobody else changes the team until it ends. */
  findLocked(id: string): Promise<TeamEntity | null> {
    return this.teams.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  /** @returns false when the slug is taken */
  insert(team: TeamEntity): Promise<boolean> {
    return this.unlessTaken(this.teams.insert(team));
  }

  /** @returns false when the slug is taken */
  update({ id, ...changes }: TeamEntity): Promise<boolean> {
    return this.unlessTaken(this.teams.update({ id }, changes));
  }

  isSlugTaken(slug: string): Promise<boolean> {
    return this.teams.existsBy({ slug });
  }

  async delete(id: string): Promise<void> {
    await this.teams.delete({ id });
  }

  async ensure({ id, slug, name }: Pick<TeamEntity, 'id' | 'slug' | 'name'>): Promise<void> {
    await this.query('INSERT INTO teams (id, slug, name) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING', [
      id,
      slug,
      name,
    ]);
  }

  private async unlessTaken(write: Promise<unknown>): Promise<boolean> {
    try {
      await write;
      return true;
    } catch (error) {
      if (isUniqueViolation(error, 'teams_slug_key')) return false;
      throw error;
    }
  }

  private query<Row>(sql: string, values: unknown[]): Promise<Row[]> {
    return this.work.manager.query(sql, values);
  }

  private get teams() {
    return this.work.manager.getRepository(TeamEntity);
  }
}
