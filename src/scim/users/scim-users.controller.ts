import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  Param,
  Patch,
  Post,
  Put,
  Query,
  UseInterceptors,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, type Principal, SCIM } from '#libs/access';
import { Endpoint, IdParamDto } from '#libs/http';
import { ScimAttributesQueryDto, ScimListQueryDto } from '../dto/scim.request.dto.js';
import type { ScimResource } from '../protocol/resource.js';
import { ScimInterceptor } from '../protocol/scim.interceptor.js';
import { SCIM_BASE, SCIM_JSON } from '../protocol/scim.names.js';
import { ScimUsersReader } from './scim-users.reader.js';
import { ScimUsersService } from './scim-users.service.js';

const USER = { description: 'The user, RFC 7643 §4.1.', contentType: SCIM_JSON };
const BODY = ['scim_invalid_syntax', 'scim_invalid_value'];
const PATCH = [...BODY, 'scim_invalid_path', 'scim_no_target', 'scim_mutability'];
const ONE = { 404: ['scim_resource_not_found'] };
const VERSION = { 412: ['scim_version_mismatch'] };
const TAKEN = { 409: ['scim_uniqueness'] };
const REFUSED = { 409: ['scim_uniqueness', 'last_administrator_needed'] };

@ApiTags('SCIM')
@Controller(`${SCIM_BASE.slice(1)}/Users`)
@UseInterceptors(ScimInterceptor)
export class ScimUsersController {
  constructor(
    private readonly reader: ScimUsersReader,
    private readonly users: ScimUsersService,
  ) {}

  @Get()
  @Endpoint({
    access: SCIM,
    summary: 'The people that the directory made accounts for',
    raw: { description: 'A list, RFC 7644 §3.4.2.', contentType: SCIM_JSON },
    errors: { 400: ['scim_invalid_filter'] },
  })
  listScimUsers(@Actor() actor: Principal, @Query() query: ScimListQueryDto): Promise<object> {
    return this.reader.list(actor, query);
  }

  @Get(':id')
  @Endpoint({ access: SCIM, summary: 'One of these people', raw: USER, errors: ONE })
  getScimUser(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Query() query: ScimAttributesQueryDto,
  ): Promise<ScimResource> {
    return this.reader.get(actor, id, query);
  }

  @Post()
  @Endpoint({
    access: SCIM,
    summary: 'Make an account',
    description:
      'An address that has an account already is refused: the directory does not take over what it did not make.',
    status: 201,
    raw: USER,
    errors: { 400: BODY, ...TAKEN },
  })
  createScimUser(@Actor() actor: Principal, @Body() user: object): Promise<ScimResource> {
    return this.users.create(actor, user);
  }

  @Put(':id')
  @Endpoint({
    access: SCIM,
    summary: 'Say anew what a person is',
    description: '`active: false` ends all sessions, and every key and token is refused from then on.',
    raw: USER,
    errors: { 400: BODY, ...ONE, ...REFUSED, ...VERSION },
  })
  replaceScimUser(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Body() user: object,
    @Headers('if-match') ifMatch?: string,
  ): Promise<ScimResource> {
    return this.users.replace(actor, id, user, ifMatch);
  }

  @Patch(':id')
  @Endpoint({
    access: SCIM,
    summary: 'Change what a person is',
    description: '`active: false` ends all sessions, and every key and token is refused from then on.',
    raw: USER,
    errors: { 400: PATCH, ...ONE, ...REFUSED, ...VERSION },
  })
  patchScimUser(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Body() patch: object,
    @Headers('if-match') ifMatch?: string,
  ): Promise<ScimResource> {
    return this.users.patch(actor, id, patch, ifMatch);
  }

  @Delete(':id')
  @Endpoint({
    access: SCIM,
    summary: 'Remove a person',
    description: 'The account may not be used any more, at once and for good. What it did stays on record.',
    errors: { ...ONE, 409: ['last_administrator_needed'], ...VERSION },
  })
  deleteScimUser(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Headers('if-match') ifMatch?: string,
  ): Promise<void> {
    return this.users.remove(actor, id, ifMatch);
  }
}
