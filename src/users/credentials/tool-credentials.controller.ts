import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, type Principal, SIGNED_IN } from '#libs/access';
import { Endpoint, one } from '#libs/http';
import { SetToolCredentialDto, ToolParamDto } from '../dto/credential.request.dto.js';
import { ToolCredentialDto } from '../dto/credential.response.dto.js';
import { CredentialsService } from './credentials.service.js';

const KIND = 'tool';

/** What tools need to act for a person. */
@ApiTags('Users')
@Controller('api/v1/users/me/tool-credentials')
export class ToolCredentialsController {
  constructor(private readonly credentials: CredentialsService) {}

  @Put(':tool')
  @Endpoint({
    access: SIGNED_IN,
    summary: 'Keep your credential for a tool',
    description: 'It replaces the one that there was. Its value is sealed, and never shown again.',
    errors: { 400: ['credential_expiry_past'], 409: ['too_many_credentials'] },
  })
  setMyToolCredential(
    @Actor() actor: Principal,
    @Param() { tool }: ToolParamDto,
    @Body() { value, expiresAt = null }: SetToolCredentialDto,
  ): Promise<void> {
    return this.credentials.set(actor, KIND, { name: tool, value, expiresAt });
  }

  @Get(':tool')
  @Endpoint({
    access: SIGNED_IN,
    summary: 'Whether you keep a credential for a tool',
    returns: one(ToolCredentialDto),
  })
  getMyToolCredential(@Actor() actor: Principal, @Param() { tool }: ToolParamDto): Promise<ToolCredentialDto> {
    return this.credentials.has(actor, KIND, tool).then((configured) => ({ tool, configured }));
  }

  @Delete(':tool')
  @Endpoint({
    access: SIGNED_IN,
    summary: 'Remove your credential for a tool',
    errors: { 404: ['credential_not_found'] },
  })
  removeMyToolCredential(@Actor() actor: Principal, @Param() { tool }: ToolParamDto): Promise<void> {
    return this.credentials.remove(actor, KIND, tool);
  }
}
