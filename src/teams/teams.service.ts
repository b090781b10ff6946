import { Injectable } from '@nestjs/common';
import { accessErrors, hasPermission, personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { changesNothing, Clock, mapPage, newId, type Page } from '#libs/kernel';
import { capOf, type CapView, type CapWish, recordOf, SpendingCaps, viewOf } from '#libs/limits';
import type { CreateTeamDto, ListTeamsQueryDto, UpdateTeamDto } from './dto/team.request.dto.js';
import { TeamCreated, TeamDeleted, type TeamFacts, TeamUpdated } from './events/team.events.js';
import { TeamEntity } from './team.entity.js';
import { DEFAULT_TEAM_ID } from './team.membership.js';
import { TeamMembersRepository } from './team-members.repository.js';
import { teamErrors } from './teams.errors.js';
import { teamPermissions } from './teams.permissions.js';
import { TeamsRepository, type TeamView } from './teams.repository.js';

/** A team as one person sees it, with what its keys may spend. */
export interface LimitedTeamView extends TeamView, CapView {
  readonly allModels: boolean;
}

/** Keeps the teams: who may see them, and how they come and go. */
@Injectable()
export class TeamsService {
  constructor(
    private readonly teams: TeamsRepository,
    private readonly members: TeamMembersRepository,
    private readonly caps: SpendingCaps,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError permission_denied when somebody asks for all who may not see them */
  async list(actor: Principal, { all, ...paging }: ListTeamsQueryDto): Promise<Page<LimitedTeamView>> {
    if (all && !hasPermission(actor, teamPermissions['read-all'])) throw accessErrors.permission_denied();
    const page = await this.teams.listVisible({ userId: personOf(actor).userId, seesAll: all }, paging);
    const caps = await this.caps.of(
      'team',
      page.items.map(({ id }) => id),
    );
    return mapPage(page, (team) => shown(team, viewOf(caps.get(team.id))));
  }

  /** @throws DomainError team_not_found, also for teams that are not the actor's to see */
  async get(actor: Principal, id: string): Promise<LimitedTeamView> {
    const seesAll = hasPermission(actor, teamPermissions['read-all']);
    const team = await this.teams.findVisible({ userId: personOf(actor).userId, seesAll }, id);
    if (!team) throw teamErrors.team_not_found();
    return shown(team, await this.capOf(id));
  }

  /** Whoever makes a team owns it. */
  async create(actor: Principal, wish: CreateTeamDto): Promise<LimitedTeamView> {
    const { slug, name, description = null, allowedModels = [], rpmLimit = null, tpmLimit = null } = wish;
    const { userId } = personOf(actor);
    const now = this.clock.date();
    const team = {
      id: newId(),
      slug,
      name,
      description,
      source: 'local' as const,
      allowedModels: [...new Set(allowedModels)],
      rpmLimit,
      tpmLimit,
      createdBy: userId,
      createdAt: now,
      updatedAt: now,
    };
    return this.work.run(async () => {
      if (!(await this.teams.insert(team))) throw teamErrors.team_slug_taken({ param: 'slug' });
      await this.members.add(team.id, userId, 'owner');
      await this.cap(team.id, wish);
      await this.events.publish(new TeamCreated(actor, await this.facts(team)));
      return this.get(actor, team.id);
    });
  }

  async update(actor: Principal, id: string, changes: UpdateTeamDto): Promise<LimitedTeamView> {
    if (changesNothing(changes)) return this.get(actor, id);
    return this.work.run(async () => {
      const before = await this.teams.findLocked(id);
      if (!before) throw teamErrors.team_not_found();
      const facts = await this.facts(before);
      const after = changed(before, changes, this.clock.date());
      if (!(await this.teams.update(after))) throw teamErrors.team_slug_taken({ param: 'slug' });
      await this.cap(id, changes);
      await this.events.publish(new TeamUpdated(actor, facts, await this.facts(after)));
      return this.get(actor, id);
    });
  }

  async delete(actor: Principal, id: string): Promise<void> {
    if (id.toLowerCase() === DEFAULT_TEAM_ID) throw teamErrors.team_is_default();
    await this.work.run(async () => {
      const team = await this.teams.findLocked(id);
      if (!team) throw teamErrors.team_not_found();
      const facts = await this.facts(team);
      await this.teams.delete(id);
      await this.caps.set('team', id, null);
      await this.events.publish(new TeamDeleted(actor, facts));
    });
  }

  private async cap(id: string, wish: CapWish): Promise<void> {
    const cap = capOf(wish, (await this.caps.of('team', [id])).get(id));
    if (cap !== undefined) await this.caps.set('team', id, cap);
  }

  private async capOf(id: string): Promise<CapView> {
    return viewOf((await this.caps.of('team', [id])).get(id));
  }

  private async facts({ id, slug, name, description, ...team }: TeamFacts): Promise<TeamFacts> {
    const { allowedModels, rpmLimit, tpmLimit } = team;
    const cap = recordOf(await this.capOf(id));
    return { id, slug, name, description, allowedModels, rpmLimit, tpmLimit, ...cap };
  }
}

function shown(team: TeamView, cap: CapView): LimitedTeamView {
  return { ...team, ...cap, allModels: team.allowedModels.length === 0 };
}

/** A field that was left out stays as it is; a description of null goes. */
function changed(team: TeamEntity, wish: UpdateTeamDto, updatedAt: Date): TeamEntity {
  const { slug, name, description, allowedModels, rpmLimit, tpmLimit } = wish;
  return Object.assign(new TeamEntity(), team, {
    slug: slug ?? team.slug,
    name: name ?? team.name,
    description: description === undefined ? team.description : description,
    allowedModels: allowedModels === undefined ? team.allowedModels : [...new Set(allowedModels)],
    rpmLimit: rpmLimit === undefined ? team.rpmLimit : rpmLimit,
    tpmLimit: tpmLimit === undefined ? team.tpmLimit : tpmLimit,
    updatedAt,
  });
}
