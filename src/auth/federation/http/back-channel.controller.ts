import { Controller, Param, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Actor, type Principal, PUBLIC } from '#libs/access';
import { Endpoint } from '#libs/http';
import { BackChannelLogout } from '../oidc/back-channel.logout.js';
import { ProviderParamDto } from './federation.dto.js';

const MOST_BYTES = 16_384;

/** The form of a provider that signs somebody out. */
interface LogoutForm {
  readonly logout_token?: string;
}

@ApiTags('Auth')
@Controller('api/auth/backchannel-logout')
export class BackChannelController {
  constructor(private readonly logout: BackChannelLogout) {}

  @Post(':provider')
  @Endpoint({
    access: PUBLIC,
    summary: 'Sign somebody out who was signed out at their identity provider',
    description:
      'For the provider itself (OpenID Connect Back-Channel Logout 1.0): a form with a `logout_token` that names a subject.',
    form: { mostBytes: MOST_BYTES },
    errors: {
      400: ['logout_token_invalid'],
      401: ['identity_provider_untrusted'],
      404: ['identity_provider_unknown'],
      503: ['identity_provider_unavailable'],
    },
  })
  signOutByProvider(
    @Actor() actor: Principal,
    @Param() { provider }: ProviderParamDto,
    @Req() { body }: FastifyRequest,
  ): Promise<void> {
    return this.logout.signOut(actor, provider, (body as LogoutForm | undefined)?.logout_token);
  }
}
