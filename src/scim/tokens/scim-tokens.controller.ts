import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal, recently } from '#libs/access';
import { Endpoint, IdParamDto, one, page, PageQueryDto } from '#libs/http';
import type { Page } from '#libs/kernel';
import { CreateScimTokenDto, IssuedScimTokenDto, ScimTokenDto } from '../dto/scim-token.dto.js';
import { scimPermissions } from '../scim.permissions.js';
import type { ScimTokenEntity } from './scim-token.entity.js';
import { ScimTokensService } from './scim-tokens.service.js';

@ApiTags('SCIM')
@Controller('api/v1/admin/scim-tokens')
export class ScimTokensController {
  constructor(private readonly tokens: ScimTokensService) {}

  @Get()
  @Endpoint({
    access: permitted(scimPermissions.read),
    summary: 'The SCIM tokens',
    description: 'The newest first, also those that are good no more.',
    returns: page(ScimTokenDto),
  })
  listScimTokens(@Actor() actor: Principal, @Query() query: PageQueryDto): Promise<Page<ScimTokenEntity>> {
    return this.tokens.list(actor, query);
  }

  @Post()
  @Endpoint({
    access: recently(permitted(scimPermissions.write), 'administration'),
    summary: 'Make a SCIM token',
    description: 'For a directory that provisions people and teams at `/scim/v2`. The token is shown this once.',
    status: 201,
    returns: one(IssuedScimTokenDto),
    errors: { 400: ['scim_token_expiry_past'] },
  })
  createScimToken(
    @Actor() actor: Principal,
    @Body() token: CreateScimTokenDto,
  ): Promise<ScimTokenEntity & { readonly token: string }> {
    return this.tokens.create(actor, token);
  }

  @Delete(':id')
  @Endpoint({
    access: permitted(scimPermissions.write),
    summary: 'Revoke a SCIM token',
    description: 'It is refused from the next request on. What the directory made stays.',
    errors: { 404: ['scim_token_not_found'] },
  })
  revokeScimToken(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<void> {
    return this.tokens.revoke(actor, id);
  }
}
