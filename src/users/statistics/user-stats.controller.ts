import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, type Principal, SIGNED_IN } from '#libs/access';
import { Endpoint, one } from '#libs/http';
import { UserStatsDto } from '../dto/user-stats.dto.js';
import { type UserStats, UserStatistics } from './user.statistics.js';

@ApiTags('Users')
@Controller('api/v1/users/me/stats')
export class UserStatsController {
  constructor(private readonly statistics: UserStatistics) {}

  @Get()
  @Endpoint({ access: SIGNED_IN, summary: 'How much of everything is your own', returns: one(UserStatsDto) })
  getMyStats(@Actor() actor: Principal): Promise<UserStats> {
    return this.statistics.of(actor);
  }
}
