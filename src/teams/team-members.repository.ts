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

  private get members() {
    return this.work.manager.getRepository(TeamMemberEntity);
  }
}
