import { Body, Controller, Get, Header, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Actor, type Principal, PUBLIC } from '#libs/access';
import { Endpoint, Network } from '#libs/http';
import { SamlMetadata } from '../saml/saml.metadata.js';
import { MOST_RESPONSE_BYTES } from '../saml/saml.screen.js';
import { ProviderParamDto, ReturnToQueryDto, SamlAnswerDto } from './federation.dto.js';
import { FederationDesk } from './federation.desk.js';

const METADATA = 'application/samlmetadata+xml';
/** In base64, and with its signs written as forms write them. */
const FORM = { mostBytes: MOST_RESPONSE_BYTES * 2 };

@ApiTags('Auth')
@Controller('api/auth/saml')
export class SamlController {
  constructor(
    private readonly desk: FederationDesk,
    private readonly metadata: SamlMetadata,
  ) {}

  @Get(':provider/metadata')
  @Header('content-type', METADATA)
  @Endpoint({
    access: PUBLIC,
    summary: 'What a SAML provider has to know of this installation',
    raw: { description: 'The metadata of a service provider.', contentType: METADATA },
    errors: { 404: ['identity_provider_unknown'] },
  })
  getSamlMetadata(@Param() { provider }: ProviderParamDto): Promise<string> {
    return this.metadata.of(provider);
  }

  @Get(':provider')
  @Endpoint({
    access: PUBLIC,
    summary: 'Go to a SAML provider to sign in',
    description: 'For links: sends the browser to the provider, as `GET /api/auth/oauth/:provider` does.',
    raw: { description: 'A redirect (303) to the provider.', contentType: 'application/json' },
    errors: {
      400: ['return_to_invalid'],
      404: ['identity_provider_unknown'],
      429: ['rate_limited'],
    },
  })
  redirectToSamlProvider(
    @Actor() actor: Principal,
    @Param() { provider }: ProviderParamDto,
    @Query() { returnTo }: ReturnToQueryDto,
    @Network() network: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.desk.send(actor, { provider, returnTo }, network, reply);
  }

  @Post(':provider/acs')
  @Endpoint({
    access: PUBLIC,
    summary: 'Come back from a SAML provider',
    description:
      'Browsers are sent on to where they wanted to return, with the refresh cookie, or with `error=<code>` in the address. ' +
      'Whoever asks for JSON gets the session, or the error. What nobody asked for is refused.',
    form: FORM,
    raw: { description: 'A redirect (303), or the session.', contentType: 'application/json' },
    errors: {
      400: ['sign_in_flow_unknown', 'sign_in_flow_expired'],
      401: ['identity_provider_untrusted', 'invalid_credentials'],
      403: ['required_group_missing', 'provider_email_missing', 'provider_email_unverified', 'provider_sign_up_closed'],
      404: ['identity_provider_unknown'],
      409: ['provider_mismatch', 'identity_taken'],
    },
  })
  finishSamlSignIn(
    @Actor() actor: Principal,
    @Param() { provider }: ProviderParamDto,
    @Body() { SAMLResponse, RelayState }: SamlAnswerDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.desk.receiveAnswer(actor, provider, { SAMLResponse, state: RelayState }, request, reply);
  }
}
