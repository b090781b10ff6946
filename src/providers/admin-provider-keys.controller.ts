import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import { Endpoint, IdParamDto, list, one } from '#libs/http';
import { ProviderKeyParamDto } from './dto/provider.request.dto.js';
import {
  AddProviderKeyDto,
  ImportProviderKeysDto,
  KeyStatsQueryDto,
  UpdateProviderKeyDto,
} from './dto/provider-key.request.dto.js';
import { ImportResultDto, KeyStatsDto, KeyTestDto, ProviderKeyDto } from './dto/provider-key.response.dto.js';
import { KeyCare } from './key.care.js';
import { KeyImport } from './key.import.js';
import type { KeyView } from './key.view.js';
import { ProviderKeysService } from './provider-keys.service.js';
import { providerPermissions } from './providers.permissions.js';

const READ = permitted(providerPermissions.read);
const WRITE = permitted(providerPermissions.write);
const NO_KEY = { 404: ['provider_key_not_found'] };

@ApiTags('Providers')
@Controller('api/v1/admin/providers/:id/keys')
export class AdminProviderKeysController {
  constructor(
    private readonly keys: ProviderKeysService,
    private readonly imports: KeyImport,
    private readonly care: KeyCare,
  ) {}

  @Get()
  @Endpoint({
    access: READ,
    summary: 'The keys of a provider, and how they do',
    description: 'Never a value.',
    returns: list(ProviderKeyDto),
    errors: { 404: ['provider_not_found'] },
  })
  listProviderKeys(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<KeyView[]> {
    return this.keys.list(actor, id);
  }

  @Post()
  @Endpoint({
    access: WRITE,
    summary: 'Add a key',
    description: 'It is sealed at once and never shown again.',
    status: 201,
    returns: one(ProviderKeyDto),
    errors: { 404: ['provider_not_found'], 409: ['provider_key_exists', 'provider_read_only'] },
  })
  addProviderKey(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Body() key: AddProviderKeyDto,
  ): Promise<KeyView> {
    return this.keys.add(actor, id, key);
  }

  @Post('import')
  @Endpoint({
    access: WRITE,
    summary: 'Add up to 100 keys, one a line',
    returns: one(ImportResultDto),
    errors: { 400: ['provider_key_import_invalid'], 404: ['provider_not_found'], 409: ['provider_read_only'] },
  })
  importProviderKeys(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Body() { text }: ImportProviderKeysDto,
  ): Promise<ImportResultDto> {
    return this.imports.run(actor, id, text);
  }

  @Patch(':keyId')
  @Endpoint({
    access: WRITE,
    summary: 'Name a key, or switch it on or off',
    returns: one(ProviderKeyDto),
    errors: NO_KEY,
  })
  updateProviderKey(
    @Actor() actor: Principal,
    @Param() { id, keyId }: ProviderKeyParamDto,
    @Body() changes: UpdateProviderKeyDto,
  ): Promise<KeyView> {
    return this.keys.update(actor, id, keyId, changes);
  }

  @Delete(':keyId')
  @Endpoint({ access: WRITE, summary: 'Delete a key', errors: { ...NO_KEY, 409: ['provider_read_only'] } })
  deleteProviderKey(@Actor() actor: Principal, @Param() { id, keyId }: ProviderKeyParamDto): Promise<void> {
    return this.keys.delete(actor, id, keyId);
  }

  @Post(':keyId/test')
  @Endpoint({
    access: WRITE,
    summary: 'Ask the provider for its models with a key',
    description: 'Costs nothing. A refusal marks the key as invalid, and an answer takes that back.',
    status: 200,
    returns: one(KeyTestDto),
    errors: NO_KEY,
  })
  testProviderKey(@Actor() actor: Principal, @Param() { id, keyId }: ProviderKeyParamDto): Promise<KeyTestDto> {
    return this.care.test(actor, id, keyId);
  }

  @Post(':keyId/circuit/reset')
  @Endpoint({
    access: WRITE,
    summary: 'Forget the failures of a key',
    status: 200,
    returns: one(ProviderKeyDto),
    errors: NO_KEY,
  })
  resetProviderKeyCircuit(@Actor() actor: Principal, @Param() { id, keyId }: ProviderKeyParamDto): Promise<KeyView> {
    return this.care.resetCircuit(actor, id, keyId);
  }

  @Get(':keyId/stats')
  @Endpoint({ access: READ, summary: 'What a key has done', returns: one(KeyStatsDto), errors: NO_KEY })
  getProviderKeyStats(
    @Actor() actor: Principal,
    @Param() { id, keyId }: ProviderKeyParamDto,
    @Query() query: KeyStatsQueryDto,
  ): Promise<KeyStatsDto> {
    return this.care.stats(actor, id, keyId, query);
  }
}
