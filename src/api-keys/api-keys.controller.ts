import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal, recently } from '#libs/access';
import { Endpoint, IdParamDto, one, page } from '#libs/http';
import type { Page } from '#libs/kernel';
import { apiKeyPermissions } from './api-keys.permissions.js';
import { ApiKeysService, type ApiKeyView, type IssuedApiKey } from './api-keys.service.js';
import { CreateApiKeyDto, ListApiKeysQueryDto, UpdateApiKeyDto } from './dto/api-key.request.dto.js';
import { ApiKeyDto, IssuedApiKeyDto } from './dto/api-key.response.dto.js';

@ApiTags('API keys')
@Controller('api/v1/api-keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  @Post()
  @Endpoint({
    access: permitted(apiKeyPermissions.write),
    summary: 'Issue an API key',
    description: 'The answer holds the secret. It is not shown again and cannot be found out.',
    status: 201,
    returns: one(IssuedApiKeyDto),
    errors: { 400: ['model_unknown', 'api_key_expiry_past'], 403: ['subscription_required', 'api_key_team_foreign'] },
  })
  createApiKey(@Actor() actor: Principal, @Body() wish: CreateApiKeyDto): Promise<IssuedApiKey> {
    return this.keys.issue(actor, wish);
  }

  @Get()
  @Endpoint({
    access: permitted(apiKeyPermissions.read),
    summary: 'List your API keys, newest first',
    returns: page(ApiKeyDto),
  })
  listApiKeys(@Actor() actor: Principal, @Query() query: ListApiKeysQueryDto): Promise<Page<ApiKeyView>> {
    return this.keys.list(actor, query);
  }

  @Get(':id')
  @Endpoint({
    access: permitted(apiKeyPermissions.read),
    summary: 'Look at one of your API keys',
    returns: one(ApiKeyDto),
    errors: { 404: ['api_key_not_found'] },
  })
  getApiKey(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<ApiKeyView> {
    return this.keys.get(actor, id);
  }

  @Patch(':id')
  @Endpoint({
    access: permitted(apiKeyPermissions.write),
    summary: 'Change the name, the models or the end of an API key',
    description: 'The gateway obeys from the next call on. A revoked or expired key cannot be changed.',
    returns: one(ApiKeyDto),
    errors: {
      400: ['model_unknown', 'api_key_expiry_past', 'api_key_inactive'],
      403: ['subscription_required', 'api_key_team_foreign'],
      404: ['api_key_not_found'],
    },
  })
  updateApiKey(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Body() changes: UpdateApiKeyDto,
  ): Promise<ApiKeyView> {
    return this.keys.update(actor, id, changes);
  }

  @Post(':id/rotate')
  @Endpoint({
    access: recently(permitted(apiKeyPermissions.write), 'api-keys'),
    summary: 'Give an API key another secret',
    description: 'The answer holds the new secret. The old one is refused at once.',
    returns: one(IssuedApiKeyDto),
    errors: { 400: ['api_key_inactive'], 404: ['api_key_not_found'] },
  })
  rotateApiKey(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<IssuedApiKey> {
    return this.keys.rotate(actor, id);
  }

  @Delete(':id')
  @Endpoint({
    access: permitted(apiKeyPermissions.write),
    summary: 'Revoke an API key',
    description: 'It is refused at once and for good. The key stays in lists and its usage remains.',
    errors: { 404: ['api_key_not_found'] },
  })
  revokeApiKey(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<void> {
    return this.keys.revoke(actor, id);
  }
}
