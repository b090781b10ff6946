import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UserStatistics } from '../users/statistics/user.statistics.js';
import { UsersModule } from '../users/users.module.js';
import { DefaultTeam } from './default-team.js';
import { DirectoryTeams } from './directory.teams.js';
import { TeamEntity } from './team.entity.js';
import { TeamMembership } from './team.membership.js';
import { TeamMemberEntity } from './team-member.entity.js';
import { TeamMembersRepository } from './team-members.repository.js';
import { TeamSuccession } from './team.succession.js';
import { TeamsController } from './teams.controller.js';
import { TeamsRepository } from './teams.repository.js';
import { TeamsService } from './teams.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([TeamEntity, TeamMemberEntity]), UsersModule],
  controllers: [TeamsController],
  providers: [
    DefaultTeam,
    DirectoryTeams,
    TeamMembership,
    TeamMembersRepository,
    TeamSuccession,
    TeamsRepository,
    TeamsService,
  ],
  exports: [DirectoryTeams, TeamMembership],
})
export class TeamsModule {
  constructor(statistics: UserStatistics, members: TeamMembersRepository) {
    statistics.contribute('teams', async ({ userId }) => ({ total: await members.countOfUser(userId) }));
  }
}
