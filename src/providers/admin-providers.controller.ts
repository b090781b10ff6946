import { Body, Controller, Delete, Get, Param, Patch, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import { Endpoint, IdParamDto, list, one } from '#libs/http';
import { CreateProviderDto, RotationDto, UpdateProviderDto } from './dto/provider.request.dto.js';
import { ProviderDto } from './dto/provider.response.dto.js';
import type { ProviderView } from './provider.view.js';
import { providerPermissions } from './providers.permissions.js';
import { ProvidersService } from './providers.service.js';

const READ = permitted(providerPermissions.read);
const WRITE = permitted(providerPermissions.write);

@ApiTags('Providers')
@Controller('api/v1/admin/providers')
export class AdminProvidersController {
  constructor(private readonly providers: ProvidersService) {}

  @Get()
  @Endpoint({ access: READ, summary: 'The upstream providers', returns: list(ProviderDto) })
  listProviders(@Actor() actor: Principal): Promise<ProviderView[]> {
    return this.providers.list(actor);
  }

  @Get(':id')
  @Endpoint({
    access: READ,
    summary: 'One upstream provider',
    returns: one(ProviderDto),
    errors: { 404: ['provider_not_found'] },
  })
  getProvider(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<ProviderView> {
    return this.providers.get(actor, id);
  }

  @Post()
  @Endpoint({
    access: WRITE,
    summary: 'Add an upstream provider',
    description:
      'Addresses are checked here and again whenever they are dialled. Its models are in the catalogue after the next synchronisation, within five minutes; most providers want a key for it.',
    status: 201,
    returns: one(ProviderDto),
    errors: { 400: ['provider_address_refused'], 409: ['provider_name_taken'] },
  })
  createProvider(@Actor() actor: Principal, @Body() provider: CreateProviderDto): Promise<ProviderView> {
    return this.providers.create(actor, provider);
  }

  @Patch(':id')
  @Endpoint({
    access: WRITE,
    summary: 'Change an upstream provider',
    returns: one(ProviderDto),
    errors: {
      400: ['provider_address_refused'],
      404: ['provider_not_found'],
      409: ['provider_name_taken', 'provider_read_only', 'provider_has_keys'],
    },
  })
  updateProvider(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Body() changes: UpdateProviderDto,
  ): Promise<ProviderView> {
    return this.providers.update(actor, id, changes);
  }

  @Put(':id/rotation')
  @Endpoint({
    access: WRITE,
    summary: 'Choose how the keys of a provider take turns',
    returns: one(ProviderDto),
    errors: { 404: ['provider_not_found'] },
  })
  chooseRotation(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Body() rotation: RotationDto,
  ): Promise<ProviderView> {
    return this.providers.chooseRotation(actor, id, rotation);
  }

  @Delete(':id')
  @Endpoint({
    access: WRITE,
    summary: 'Delete an upstream provider that has neither keys nor models',
    errors: { 404: ['provider_not_found'], 409: ['provider_read_only', 'provider_has_keys', 'provider_in_use'] },
  })
  deleteProvider(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<void> {
    return this.providers.delete(actor, id);
  }
}
