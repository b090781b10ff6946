import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal, recently } from '#libs/access';
import { Endpoint, IdParamDto, one, page } from '#libs/http';
import type { Page } from '#libs/kernel';
import { BanPersonDto, ListPeopleQueryDto, PersonDto, UpdatePersonDto } from '../dto/person.dto.js';
import type { User } from '../user.entity.js';
import { userPermissions } from '../users.permissions.js';
import { PeopleAdministration } from './people.administration.js';

/** Whoever has stolen an administrator's token alone gives nobody rights with it, and shuts nobody out. */
const MANAGE = recently(permitted(userPermissions.manage), 'administration');
const MAY_FAIL = { 404: ['user_not_found'], 409: ['last_administrator_needed'] } as const;

@ApiTags('Users')
@Controller('api/v1/admin/users')
export class AdminUsersController {
  constructor(private readonly people: PeopleAdministration) {}

  @Get()
  @Endpoint({ access: permitted(userPermissions.read), summary: 'All people', returns: page(PersonDto) })
  listUsers(@Actor() actor: Principal, @Query() query: ListPeopleQueryDto): Promise<Page<User>> {
    return this.people.list(actor, query);
  }

  @Get(':id')
  @Endpoint({
    access: permitted(userPermissions.read),
    summary: 'Somebody',
    returns: one(PersonDto),
    errors: { 404: ['user_not_found'] },
  })
  getUser(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<User> {
    return this.people.get(actor, id);
  }

  @Patch(':id')
  @Endpoint({
    access: MANAGE,
    summary: 'Give somebody another role',
    description: 'It holds from their next request on.',
    returns: one(PersonDto),
    errors: MAY_FAIL,
  })
  updateUser(@Actor() actor: Principal, @Param() { id }: IdParamDto, @Body() changes: UpdatePersonDto): Promise<User> {
    return this.people.update(actor, id, changes);
  }

  @Post(':id/suspend')
  @Endpoint({
    access: MANAGE,
    summary: 'Let somebody in no more',
    description:
      'Their sessions and personal access tokens end, their API keys are refused, and their running calls break off, at once. Their status is `inactive`, and their right password is answered as a wrong one.',
    returns: one(PersonDto),
    errors: MAY_FAIL,
  })
  suspendUser(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<User> {
    return this.people.setStatus(actor, id, 'inactive');
  }

  @Post(':id/restore')
  @Endpoint({
    access: MANAGE,
    summary: 'Let somebody in again who was suspended',
    description: 'Their API keys work again. Sessions and personal access tokens that have ended stay so.',
    returns: one(PersonDto),
    errors: { 404: ['user_not_found'] },
  })
  restoreUser(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<User> {
    return this.people.setStatus(actor, id, 'active');
  }

  @Post(':id/ban')
  @Endpoint({
    access: MANAGE,
    summary: 'Let somebody in no more for a while',
    description: 'Like a suspension that ends by itself. A ban that stands already is replaced.',
    returns: one(PersonDto),
    errors: MAY_FAIL,
  })
  banUser(@Actor() actor: Principal, @Param() { id }: IdParamDto, @Body() wish: BanPersonDto): Promise<User> {
    return this.people.ban(actor, id, wish);
  }

  @Delete(':id/ban')
  @Endpoint({
    access: MANAGE,
    summary: 'Let somebody in again who was banned',
    errors: { 404: ['user_not_found'] },
  })
  unbanUser(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<void> {
    return this.people.unban(actor, id);
  }
}
