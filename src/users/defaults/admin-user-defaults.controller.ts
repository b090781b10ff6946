import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal, recently } from '#libs/access';
import { Endpoint, one } from '#libs/http';
import { SetUserDefaultsDto, UserDefaultsDto } from '../dto/user-defaults.dto.js';
import { userDefaultsPermissions } from './user-defaults.permissions.js';
import { type UserDefaults, UserDefaultsService } from './user-defaults.service.js';

@ApiTags('Configuration')
@Controller('api/v1/admin/settings/user-defaults')
export class AdminUserDefaultsController {
  constructor(private readonly defaults: UserDefaultsService) {}

  @Get()
  @Endpoint({
    access: permitted(userDefaultsPermissions.read),
    summary: 'What new people may spend and call',
    returns: one(UserDefaultsDto),
  })
  getUserDefaults(@Actor() actor: Principal): Promise<UserDefaults> {
    return this.defaults.get(actor);
  }

  @Put()
  @Endpoint({
    access: recently(permitted(userDefaultsPermissions.write), 'administration'),
    summary: 'Set what new people may spend and call',
    description:
      'Whoever gets an account from now on, in whatever way, begins with it. Existing accounts stay as they are. What is left out is null.',
    returns: one(UserDefaultsDto),
  })
  setUserDefaults(@Actor() actor: Principal, @Body() wish: SetUserDefaultsDto): Promise<UserDefaults> {
    return this.defaults.set(actor, wish);
  }
}
