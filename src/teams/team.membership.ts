import { Injectable } from '@nestjs/common';
import type { TeamRole } from './team-member.entity.js';
import { TeamMembersRepository } from './team-members.repository.js';

/** The team that everybody belongs to. */
export const DEFAULT_TEAM_ID = 'a0000000-0000-4000-8000-000000000001';

/** Tells other features who is in which team, and as what. */
@Injectable()
export class TeamMembership {
  constructor(private readonly members: TeamMembersRepository) {}

  /** @returns undefined when the person is not in the team, or there is no such team */
  async roleOf(userId: string, teamId: string): Promise<TeamRole | undefined> {
    return (await this.members.find(teamId, userId))?.role;
  }

  teamsOf(userId: string): Promise<readonly { readonly teamId: string; readonly role: TeamRole }[]> {
    return this.members.listOfUser(userId);
  }
}
