import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Clock, newId } from '#libs/kernel';
import { recordOf, SpendingCaps, viewOf } from '#libs/limits';
import { TeamCreated, TeamDeleted, type TeamFacts, TeamMembersChanged, TeamUpdated } from './events/team.events.js';
import { TeamEntity } from './team.entity.js';
import { TeamMembersRepository } from './team-members.repository.js';
import { teamErrors } from './teams.errors.js';
import { TeamsRepository } from './teams.repository.js';

const LONGEST_NAME = 100;
const LONGEST_SLUG = 40;

/** Keeps the teams that are groups of a company's directory: nobody else changes who is in them. */
@Injectable()
export class DirectoryTeams {
  constructor(
    private readonly teams: TeamsRepository,
    private readonly members: TeamMembersRepository,
    private readonly caps: SpendingCaps,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** @returns its id */
  async create(actor: Principal, groupName: string): Promise<string> {
    const now = this.clock.date();
    const id = newId();
    const name = groupName.slice(0, LONGEST_NAME).toWellFormed();
    const team: TeamEntity = {
      id,
      slug: await this.freeSlug(name, id),
      name,
      description: null,
      source: 'directory',
      allowedModels: [],
      rpmLimit: null,
      tpmLimit: null,
      createdBy: null,
      createdAt: now,
      updatedAt: now,
    };
    await this.work.run(async () => {
      if (!(await this.teams.insert(team))) throw teamErrors.team_slug_taken();
      await this.events.publish(new TeamCreated(actor, await this.facts(team)));
    });
    return id;
  }

  /** Its slug stays: programs may know the team by it. @throws DomainError team_not_found */
  async rename(actor: Principal, id: string, groupName: string): Promise<void> {
    await this.work.run(async () => {
      const before = await this.lock(id);
      const name = groupName.slice(0, LONGEST_NAME).toWellFormed();
      const after = Object.assign(new TeamEntity(), before, { name, updatedAt: this.clock.date() });
      await this.teams.update(after);
      await this.events.publish(new TeamUpdated(actor, await this.facts(before), await this.facts(after)));
    });
  }

  /** @throws DomainError team_not_found */
  async remove(actor: Principal, id: string): Promise<void> {
    await this.work.run(async () => {
      const facts = await this.facts(await this.lock(id));
      await this.teams.delete(id);
      await this.caps.set('team', id, null);
      await this.events.publish(new TeamDeleted(actor, facts));
    });
  }

  /**
   * Lets people into a team and takes others out of it. Whoever is in, or out, already is no change.
   *
   * @returns who came and who went
   * @throws DomainError team_not_found
   */
  async changeMembers(
    actor: Principal,
    id: string,
    { add, remove }: { add: readonly string[]; remove: readonly string[] },
  ): Promise<{ added: string[]; removed: string[] }> {
    return this.work.run(async () => {
      const team = await this.lock(id);
      const removed = await this.members.removeAll(id, remove);
      const added = await this.members.addAll(id, add, 'member');
      if (added.length + removed.length > 0) {
        await this.events.publish(new TeamMembersChanged(actor, await this.facts(team), { added, removed }));
      }
      return { added, removed };
    });
  }

  memberIds(id: string): Promise<string[]> {
    return this.members.idsOf(id);
  }

  private async lock(id: string): Promise<TeamEntity> {
    const team = await this.teams.findLocked(id);
    if (!team) throw teamErrors.team_not_found();
    return team;
  }

  /** A group's name may be anything, and another team's as well. */
  private async freeSlug(name: string, id: string): Promise<string> {
    const plain = name
      .normalize('NFKD')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-');
    const slug = plain.slice(0, LONGEST_SLUG).replaceAll(/^-+|-+$/g, '') || 'group';
    return (await this.teams.isSlugTaken(slug)) ? `${slug}-${id.slice(-12)}` : slug;
  }

  private async facts({ id, slug, name, description, ...team }: TeamEntity): Promise<TeamFacts> {
    const { allowedModels, rpmLimit, tpmLimit } = team;
    const cap = recordOf(viewOf((await this.caps.of('team', [id])).get(id)));
    return { id, slug, name, description, allowedModels, rpmLimit, tpmLimit, ...cap };
  }
}
