import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, type Principal, SIGNED_IN } from '#libs/access';
import { Endpoint, list } from '#libs/http';
import { OwnProviderKeyParamDto, SetOwnProviderKeyDto } from '../dto/credential.request.dto.js';
import { OwnProviderKeyDto } from '../dto/credential.response.dto.js';
import type { CredentialFacts } from './credentials.repository.js';
import { CredentialsService } from './credentials.service.js';

const KIND = 'provider-key';

/** Keys that people have with providers themselves. */
@ApiTags('Users')
@Controller('api/v1/users/me/provider-keys')
export class OwnProviderKeysController {
  constructor(private readonly credentials: CredentialsService) {}

  @Put()
  @Endpoint({
    access: SIGNED_IN,
    summary: 'Keep a key of your own for a provider',
    description: 'It replaces the one of that name. Its value is sealed, and never shown again.',
    errors: { 400: ['credential_expiry_past'], 409: ['too_many_credentials'] },
  })
  setMyProviderKey(@Actor() actor: Principal, @Body() wish: SetOwnProviderKeyDto): Promise<void> {
    return this.credentials.set(actor, KIND, wish);
  }

  @Get()
  @Endpoint({
    access: SIGNED_IN,
    summary: 'The keys that you keep for providers',
    description: 'Their names and their ends. One that has expired is not there.',
    returns: list(OwnProviderKeyDto),
  })
  listMyProviderKeys(@Actor() actor: Principal): Promise<CredentialFacts[]> {
    return this.credentials.list(actor, KIND);
  }

  @Delete(':name')
  @Endpoint({
    access: SIGNED_IN,
    summary: 'Remove a key of your own',
    errors: { 404: ['credential_not_found'] },
  })
  removeMyProviderKey(@Actor() actor: Principal, @Param() { name }: OwnProviderKeyParamDto): Promise<void> {
    return this.credentials.remove(actor, KIND, name);
  }

  @Delete()
  @Endpoint({ access: SIGNED_IN, summary: 'Remove all keys of your own' })
  removeMyProviderKeys(@Actor() actor: Principal): Promise<void> {
    return this.credentials.removeAll(actor, KIND);
  }
}
