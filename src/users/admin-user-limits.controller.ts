import { Body, Controller, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import { Endpoint, IdParamDto, one } from '#libs/http';
import { UpdateUserLimitsDto, UserLimitsDto } from './dto/user-limits.dto.js';
import { UserLimitsService, type UserLimitsView } from './user-limits.service.js';
import { userPermissions } from './users.permissions.js';

@ApiTags('Users')
@Controller('api/v1/admin/users')
export class AdminUserLimitsController {
  constructor(private readonly limits: UserLimitsService) {}

  @Patch(':id/budget-limits')
  @Endpoint({
    access: permitted(userPermissions.limit),
    summary: 'Set how much a person may spend and call',
    description:
      'Over all their API keys, beside the limits of each. The gateway obeys from the next call on. A first budget starts at a spend of 0: what was spent before does not count.',
    returns: one(UserLimitsDto),
    errors: { 404: ['user_not_found'] },
  })
  updateUserBudgetLimits(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Body() wish: UpdateUserLimitsDto,
  ): Promise<UserLimitsView> {
    return this.limits.update(actor, id, wish);
  }

  @Post(':id/reset-spend')
  @Endpoint({
    access: permitted(userPermissions.limit),
    summary: "Begin a person's spending anew",
    description: 'A new period begins now; what was spent until then stays on record.',
    returns: one(UserLimitsDto),
    errors: { 404: ['user_not_found'] },
  })
  resetUserSpend(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<UserLimitsView> {
    return this.limits.resetSpend(actor, id);
  }
}
