import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { OnEvent } from '#libs/events';
import { UserCreated } from '../users/events/user.events.js';
import { DEFAULT_TEAM_ID } from './team.membership.js';
import { TeamMembersRepository } from './team-members.repository.js';
import { TeamsRepository } from './teams.repository.js';

/** Sees to it that the default team exists and that everybody is in it. */
@Injectable()
export class DefaultTeam implements OnApplicationBootstrap {
  constructor(
    private readonly teams: TeamsRepository,
    private readonly members: TeamMembersRepository,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.teams.ensure({ id: DEFAULT_TEAM_ID, slug: 'default', name: 'Everybody' });
  }

  @OnEvent(UserCreated, 'in-transaction')
  async onUserCreated({ user }: UserCreated): Promise<void> {
    await this.members.add(DEFAULT_TEAM_ID, user.id, 'member');
  }
}
