import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { EventBus, OnEvent } from '#libs/events';
import { UserLeaves } from '../users/events/user.events.js';
import { TeamPassedOn } from './events/team.events.js';
import { DEFAULT_TEAM_ID } from './team.membership.js';
import { TeamMembersRepository } from './team-members.repository.js';
import { teamsConfig } from './teams.config.js';
import { teamErrors } from './teams.errors.js';
import { TeamsService } from './teams.service.js';

/** Sees to it that no team is left without an owner when an account is deleted. */
@Injectable()
export class TeamSuccession {
  constructor(
    private readonly members: TeamMembersRepository,
    private readonly teams: TeamsService,
    private readonly events: EventBus,
    @InjectConfig(teamsConfig) private readonly config: ConfigOf<typeof teamsConfig>,
  ) {}

  /** @throws DomainError team_needs_owner where the house does not let teams pass on by themselves */
  @OnEvent(UserLeaves, 'in-transaction')
  async onUserLeaves({ actor, userId }: UserLeaves): Promise<void> {
    for (const { id, name, heirId } of await this.members.ownedAlone(userId)) {
      if (id === DEFAULT_TEAM_ID) continue;
      if (heirId === null) {
        await this.teams.delete(actor, id);
        continue;
      }
      if (this.config.succession === 'refuse') throw teamErrors.team_needs_owner({ details: [{ id, name }] });
      await this.members.setRole(id, heirId, 'owner');
      await this.events.publish(new TeamPassedOn(actor, id, userId, heirId));
    }
  }
}
