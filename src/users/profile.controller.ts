import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, despite, DUTIES, type Principal, SIGNED_IN } from '#libs/access';
import { Endpoint, one } from '#libs/http';
import { UpdateProfileDto } from './dto/user.request.dto.js';
import { UserDto } from './dto/user.response.dto.js';
import type { User } from './user.entity.js';
import { UsersService } from './users.service.js';

@ApiTags('Users')
@Controller()
export class ProfileController {
  constructor(private readonly users: UsersService) {}

  @Get('api/v1/auth/me')
  @Endpoint({ access: despite(SIGNED_IN, ...DUTIES), summary: 'Your own profile', returns: one(UserDto) })
  getMe(@Actor() actor: Principal): Promise<User> {
    return this.users.profile(actor);
  }

  @Get('api/user/profile')
  @Endpoint({
    access: despite(SIGNED_IN, ...DUTIES),
    summary: 'Your own profile, by its older address',
    description: 'The same as `GET /api/v1/auth/me`.',
    returns: one(UserDto),
  })
  getUserProfile(@Actor() actor: Principal): Promise<User> {
    return this.users.profile(actor);
  }

  @Patch('api/v1/users/me')
  @Endpoint({
    access: SIGNED_IN,
    summary: 'Change your own profile',
    description: 'The name is all of it that you may change here; anything else in the body is refused.',
    returns: one(UserDto),
  })
  updateMe(@Actor() actor: Principal, @Body() changes: UpdateProfileDto): Promise<User> {
    return this.users.updateProfile(actor, changes);
  }
}
