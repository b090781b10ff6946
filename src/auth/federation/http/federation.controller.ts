import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Actor, type Principal, PUBLIC } from '#libs/access';
import { Endpoint, type EndpointOptions, Network, one } from '#libs/http';
import { AuthUrlDto, BeginSignInQueryDto, ProviderParamDto, ReturnToQueryDto } from './federation.dto.js';
import { FederationDesk } from './federation.desk.js';

const LEAVING = {
  400: ['return_to_invalid'],
  401: ['identity_provider_untrusted'],
  404: ['identity_provider_unknown'],
  429: ['rate_limited'],
  503: ['identity_provider_unavailable'],
};

const ARRIVING: Omit<EndpointOptions, 'summary'> = {
  access: PUBLIC,
  description:
    'Browsers are sent on to where they wanted to return, with the refresh cookie, or with `error=<code>` in the address. ' +
    'Whoever asks for `application/json` gets the session, as from `POST /api/auth/login`, or the error. ' +
    'What was begun in no browser, or in another one, is answered with 400 in both cases.',
  raw: { description: 'The session, or a redirect (303).', contentType: 'application/json' },
  errors: {
    400: ['sign_in_flow_unknown', 'sign_in_flow_expired'],
    401: ['identity_provider_refused', 'identity_provider_untrusted', 'invalid_credentials', 'unauthorized'],
    403: ['provider_email_missing', 'provider_email_unverified', 'provider_sign_up_closed', 'required_group_missing'],
    404: ['identity_provider_unknown'],
    409: ['provider_mismatch', 'identity_taken'],
    503: ['identity_provider_unavailable'],
  },
};
/** A code, a state and a name. */
const FORM = { mostBytes: 16_384 };

@ApiTags('Auth')
@Controller('api/auth')
export class FederationController {
  constructor(private readonly desk: FederationDesk) {}

  @Get('login')
  @Endpoint({
    access: PUBLIC,
    summary: 'Begin to sign in with an identity provider',
    description:
      'Answers with the address to send the browser to. `GET /api/auth/oauth/:provider` sends it there itself.',
    returns: one(AuthUrlDto),
    errors: LEAVING,
  })
  beginSignIn(
    @Actor() actor: Principal,
    @Query() query: BeginSignInQueryDto,
    @Network() network: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuthUrlDto> {
    return this.desk.begin(actor, query, network, reply);
  }

  @Get('oauth/:provider')
  @Endpoint({
    access: PUBLIC,
    summary: 'Go to an identity provider to sign in',
    description: 'For links: sends the browser to the provider.',
    raw: { description: 'A redirect (303) to the provider.', contentType: 'application/json' },
    errors: LEAVING,
  })
  redirectToProvider(
    @Actor() actor: Principal,
    @Param() { provider }: ProviderParamDto,
    @Query() { returnTo }: ReturnToQueryDto,
    @Network() network: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.desk.send(actor, { provider, returnTo }, network, reply);
  }

  @Get('callback/:provider')
  @Endpoint({ ...ARRIVING, summary: 'Come back from an identity provider' })
  finishSignIn(
    @Actor() actor: Principal,
    @Param() { provider }: ProviderParamDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.desk.receive(actor, provider, request, reply);
  }

  @Post('callback/:provider')
  @Endpoint({ ...ARRIVING, summary: 'Come back from an identity provider that answers with a form', form: FORM })
  finishSignInByForm(
    @Actor() actor: Principal,
    @Param() { provider }: ProviderParamDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.desk.receive(actor, provider, request, reply);
  }

  @Get('callback')
  @Endpoint({ ...ARRIVING, summary: 'Come back from the only identity provider, where it has `sharedCallback`' })
  finishOnlySignIn(
    @Actor() actor: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.desk.receive(actor, undefined, request, reply);
  }

  @Post('callback')
  @Endpoint({ ...ARRIVING, summary: 'The same for one that answers with a form', form: FORM })
  finishOnlySignInByForm(
    @Actor() actor: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.desk.receive(actor, undefined, request, reply);
  }
}
