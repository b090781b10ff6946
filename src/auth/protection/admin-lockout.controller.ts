import { Controller, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal, recently } from '#libs/access';
import { Endpoint, IdParamDto, one } from '#libs/http';
import { userPermissions } from '../../users/users.permissions.js';
import { LockStandingDto } from '../dto/protection.dto.js';
import { type LockStanding, LockoutAdministration } from './lockout.administration.js';

@ApiTags('Users')
@Controller('api/v1/admin/users/:id')
export class AdminLockoutController {
  constructor(private readonly locks: LockoutAdministration) {}

  @Get('lock')
  @Endpoint({
    access: permitted(userPermissions.read),
    summary: 'Whether a person is locked out',
    returns: one(LockStandingDto),
    errors: { 404: ['user_not_found'] },
  })
  getUserLock(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<LockStanding> {
    return this.locks.standing(actor, id);
  }

  @Post('unlock')
  @Endpoint({
    access: recently(permitted(userPermissions.manage), 'administration'),
    summary: 'Let a person sign in who is locked out after too many wrong passwords',
    returns: one(LockStandingDto),
    errors: { 404: ['user_not_found'] },
  })
  unlockUser(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<LockStanding> {
    return this.locks.unlock(actor, id);
  }
}
