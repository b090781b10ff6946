import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, despite, DUTIES, type Principal, SIGNED_IN } from '#libs/access';
import { Endpoint, one } from '#libs/http';
import { UpdateProfileDto } from './dto/user.request.dto.js';
import { ProfileDto } from './dto/user.response.dto.js';
import { type Profile, UsersService } from './users.service.js';

@ApiTags('Users')
@Controller()
export class ProfileController {
  constructor(private readonly users: UsersService) {}

  @Get('api/v1/auth/me')
  @Endpoint({ access: despite(SIGNED_IN, ...DUTIES), summary: 'Your own profile', returns: one(ProfileDto) })
  getMe(@Actor() actor: Principal): Promise<Profile> {
    return this.users.profile(actor);
  }

  @Get('api/user/profile')
  @Endpoint({
    access: despite(SIGNED_IN, ...DUTIES),
    summary: 'Your own profile, by its older address',
    description: 'The same as `GET /api/v1/auth/me`.',
    returns: one(ProfileDto),
  })
  getUserProfile(@Actor() actor: Principal): Promise<Profile> {
    return this.users.profile(actor);
  }

  @Patch('api/v1/users/me')
  @Endpoint({
    access: SIGNED_IN,
    summary: 'Change your own profile',
    description: 'The name is all of it that you may change here; anything else in the body is refused.',
    returns: one(ProfileDto),
  })
  updateMe(@Actor() actor: Principal, @Body() changes: UpdateProfileDto): Promise<Profile> {
    return this.users.updateProfile(actor, changes);
  }
}
