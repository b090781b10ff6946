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
import { ScimGroupsReader } from './scim-groups.reader.js';
import { ScimGroupsService } from './scim-groups.service.js';

const GROUP = { description: 'The group, RFC 7643 §4.2.', contentType: SCIM_JSON };
const BODY = ['scim_invalid_syntax', 'scim_invalid_value'];
const PATCH = [...BODY, 'scim_invalid_path', 'scim_no_target', 'scim_mutability'];
const ONE = { 404: ['scim_resource_not_found'] };
const VERSION = { 412: ['scim_version_mismatch'] };
const TAKEN = { 409: ['scim_uniqueness'] };

@ApiTags('SCIM')
@Controller(`${SCIM_BASE.slice(1)}/Groups`)
@UseInterceptors(ScimInterceptor)
export class ScimGroupsController {
  constructor(
    private readonly reader: ScimGroupsReader,
    private readonly groups: ScimGroupsService,
  ) {}

  @Get()
  @Endpoint({
    access: SCIM,
    summary: 'The groups of the directory',
    raw: { description: 'A list, RFC 7644 §3.4.2.', contentType: SCIM_JSON },
    errors: { 400: ['scim_invalid_filter'] },
  })
  listScimGroups(@Actor() actor: Principal, @Query() query: ScimListQueryDto): Promise<object> {
    return this.reader.list(actor, query);
  }

  @Get(':id')
  @Endpoint({ access: SCIM, summary: 'One of these groups', raw: GROUP, errors: ONE })
  getScimGroup(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Query() query: ScimAttributesQueryDto,
  ): Promise<ScimResource> {
    return this.reader.get(actor, id, query);
  }

  @Post()
  @Endpoint({
    access: SCIM,
    summary: 'Make a group',
    description: 'It is a team whose members come from the directory.',
    status: 201,
    raw: GROUP,
    errors: { 400: BODY, ...TAKEN },
  })
  createScimGroup(@Actor() actor: Principal, @Body() group: object): Promise<ScimResource> {
    return this.groups.create(actor, group);
  }

  @Put(':id')
  @Endpoint({
    access: SCIM,
    summary: 'Say anew what a group is',
    description: 'Whoever is not named is out of it.',
    raw: GROUP,
    errors: { 400: BODY, ...ONE, ...TAKEN, ...VERSION },
  })
  replaceScimGroup(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Body() group: object,
    @Headers('if-match') ifMatch?: string,
  ): Promise<ScimResource> {
    return this.groups.replace(actor, id, group, ifMatch);
  }

  @Patch(':id')
  @Endpoint({
    access: SCIM,
    summary: 'Change what a group is, or who is in it',
    errors: { 400: PATCH, ...ONE, ...TAKEN, ...VERSION },
  })
  patchScimGroup(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Body() patch: object,
    @Headers('if-match') ifMatch?: string,
  ): Promise<void> {
    return this.groups.patch(actor, id, patch, ifMatch);
  }

  @Delete(':id')
  @Endpoint({
    access: SCIM,
    summary: 'Remove a group',
    description: 'The team goes, and what its members had through it.',
    errors: { ...ONE, ...VERSION },
  })
  deleteScimGroup(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Headers('if-match') ifMatch?: string,
  ): Promise<void> {
    return this.groups.remove(actor, id, ifMatch);
  }
}
