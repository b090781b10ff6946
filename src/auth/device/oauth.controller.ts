import { Body, Controller, Get, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Actor, type Principal, PUBLIC } from '#libs/access';
import { Endpoint, Network } from '#libs/http';
import { type DeviceAuthorization, DeviceAuthorizations } from './device.authorization.js';
import { DeviceGrants, type DeviceToken } from './device.grants.js';
import type { OAuthError } from './oauth.errors.js';
import { type OAuthMetadata, OAuthDescription } from './oauth.description.js';
import type { OAuthParameters } from './oauth.parameters.js';

/** They say little: an id, and a code. */
const FORM_OR_JSON = { mostBytes: 16_384, orJson: true } as const;

/** OAuth 2.0 as programs speak it: forms or JSON in, bare JSON out. */
@ApiTags('Auth')
@Controller()
export class OAuthController {
  constructor(
    private readonly authorizations: DeviceAuthorizations,
    private readonly grants: DeviceGrants,
    private readonly description: OAuthDescription,
  ) {}

  @Get('.well-known/oauth-authorization-server')
  @Endpoint({
    access: PUBLIC,
    summary: 'What this house can do of OAuth 2.0',
    description: 'RFC 8414.',
    raw: { description: 'The metadata.', contentType: 'application/json' },
  })
  getOAuthMetadata(): OAuthMetadata {
    return this.description.read();
  }

  @Post('api/auth/device/code')
  @Endpoint({
    access: PUBLIC,
    summary: 'Begin to let a command line in',
    description: 'RFC 8628 §3.1: `client_id` is the name that is shown to the person who decides.',
    raw: { description: 'The two codes.', contentType: 'application/json' },
    form: FORM_OR_JSON,
    errors: { 429: ['rate_limited'] },
  })
  async requestDeviceCode(
    @Body() parameters: OAuthParameters,
    @Network() network: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeviceAuthorization | OAuthError> {
    return answered(reply, await this.authorizations.begin(parameters, network));
  }

  @Post('api/auth/device/token')
  @Endpoint({
    access: PUBLIC,
    summary: 'Ask whether the command line was let in',
    description:
      'RFC 8628 §3.4, with `grant_type`, `device_code` and `client_id`. Until somebody decided: 400 `authorization_pending`. The token is a personal access token.',
    raw: { description: 'The token.', contentType: 'application/json' },
    form: FORM_OR_JSON,
  })
  async requestDeviceToken(
    @Actor() actor: Principal,
    @Body() parameters: OAuthParameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeviceToken | OAuthError> {
    return answered(reply, await this.grants.ask(actor, parameters));
  }
}

/** RFC 6749 §5: every refusal is 400, and nothing is kept on the way. */
function answered<T extends object>(reply: FastifyReply, outcome: T): T {
  void reply.header('cache-control', 'no-store').status('error' in outcome ? 400 : 200);
  return outcome;
}
