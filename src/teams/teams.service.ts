import { Injectable } from '@nestjs/common';
import { accessErrors, hasPermission, personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { changesNothing, Clock, newId, type Page } from '#libs/kernel';
import type { CreateTeamDto, ListTeamsQueryDto, UpdateTeamDto } from './dto/team.request.dto.js';
import { TeamCreated, TeamDeleted, TeamUpdated } from './events/team.events.js';
import { TeamEntity } from './team.entity.js';
import { DEFAULT_TEAM_ID } from './team.membership.js';
import { TeamMembersRepository } from './team-members.repository.js';
import { teamErrors } from './teams.errors.js';
import { teamPermissions } from './teams.permissions.js';
import { TeamsRepository, type TeamView } from './teams.repository.js';

/** Keeps the teams: who may see them, and how they come and go. */
@Injectable()
export class TeamsService {
  constructor(
    private readonly teams: TeamsRepository,
    private readonly members: TeamMembersRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError permission_denied when somebody asks for all who may not see them */
  async list(actor: Principal, { all, ...paging }: ListTeamsQueryDto): Promise<Page<TeamView>> {
    if (all && !hasPermission(actor, teamPermissions['read-all'])) throw accessErrors.permission_denied();
    return this.teams.listVisible({ userId: personOf(actor).userId, seesAll: all }, paging);
  }

  /** @throws DomainError team_not_found, also for teams that are not the actor's to see */
  async get(actor: Principal, id: string): Promise<TeamView> {
    const seesAll = hasPermission(actor, teamPermissions['read-all']);
    const team = await this.teams.findVisible({ userId: personOf(actor).userId, seesAll }, id);
    if (!team) throw teamErrors.team_not_found();
    return team;
  }

  /** Whoever makes a team owns it. */
  async create(actor: Principal, { slug, name, description = null }: CreateTeamDto): Promise<TeamView> {
    const { userId } = personOf(actor);
    const now = this.clock.date();
    const team = {
      id: newId(),
      slug,
      name,
      description,
      source: 'local' as const,
      createdBy: userId,
      createdAt: now,
      updatedAt: now,
    };
    return this.work.run(async () => {
      if (!(await this.teams.insert(team))) throw teamErrors.team_slug_taken({ param: 'slug' });
      await this.members.add(team.id, userId, 'owner');
      await this.events.publish(new TeamCreated(actor, team));
      return this.get(actor, team.id);
    });
  }

  async update(actor: Principal, id: string, changes: UpdateTeamDto): Promise<TeamView> {
    if (changesNothing(changes)) return this.get(actor, id);
    return this.work.run(async () => {
      const before = await this.teams.findLocked(id);
      if (!before) throw teamErrors.team_not_found();
      const after = changed(before, changes, this.clock.date());
      if (!(await this.teams.update(after))) throw teamErrors.team_slug_taken({ param: 'slug' });
      await this.events.publish(new TeamUpdated(actor, before, after));
      return this.get(actor, id);
    });
  }

  async delete(actor: Principal, id: string): Promise<void> {
    if (id.toLowerCase() === DEFAULT_TEAM_ID) throw teamErrors.team_is_default();
    await this.work.run(async () => {
      const team = await this.teams.findLocked(id);
      if (!team) throw teamErrors.team_not_found();
      await this.teams.delete(id);
      await this.events.publish(new TeamDeleted(actor, team));
    });
  }
}

/** A field that was left out stays as it is; a description of null goes. */
function changed(team: TeamEntity, { slug, name, description }: UpdateTeamDto, updatedAt: Date): TeamEntity {
  return Object.assign(new TeamEntity(), team, {
    slug: slug ?? team.slug,
    name: name ?? team.name,
    description: description === undefined ? team.description : description,
    updatedAt,
  });
}
