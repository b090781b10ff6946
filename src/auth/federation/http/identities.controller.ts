import { Body, Controller, Delete, Get, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Actor, type Principal, recently, SIGNED_IN } from '#libs/access';
import { Endpoint, IdParamDto, list, Network, one } from '#libs/http';
import { IdentitiesService } from '../identities/identities.service.js';
import type { IdentityEntity } from '../identities/identity.entity.js';
import { AuthUrlDto, IdentityDto, LinkIdentityDto } from './federation.dto.js';
import { FederationDesk } from './federation.desk.js';

@ApiTags('Auth')
@Controller('api/v1/auth/identities')
export class IdentitiesController {
  constructor(
    private readonly identities: IdentitiesService,
    private readonly desk: FederationDesk,
  ) {}

  @Get()
  @Endpoint({
    access: SIGNED_IN,
    summary: 'Your identities at other houses',
    description: 'Each of them is a way to sign in to your account.',
    returns: list(IdentityDto),
  })
  listIdentities(@Actor() actor: Principal): Promise<IdentityEntity[]> {
    return this.identities.list(actor);
  }

  @Post('link')
  @Endpoint({
    access: recently(SIGNED_IN, 'identity'),
    summary: 'Begin to link another identity',
    description:
      'Answers with the address to send this browser to. When it is back, the identity is one more way to sign in.',
    returns: one(AuthUrlDto),
    errors: {
      400: ['return_to_invalid'],
      401: ['identity_provider_untrusted'],
      404: ['identity_provider_unknown'],
      429: ['rate_limited'],
      503: ['identity_provider_unavailable'],
    },
  })
  linkIdentity(
    @Actor() actor: Principal,
    @Body() wish: LinkIdentityDto,
    @Network() network: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuthUrlDto> {
    return this.desk.beginLink(actor, wish, network, reply);
  }

  @Delete(':id')
  @Endpoint({
    access: recently(SIGNED_IN, 'identity'),
    summary: 'Unlink an identity',
    description: 'Ends your other sessions. The last way to sign in cannot be taken away.',
    errors: { 404: ['identity_not_found'], 409: ['last_way_in'] },
  })
  unlinkIdentity(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<void> {
    return this.identities.unlink(actor, id);
  }
}
