import type { CookieSerializeOptions } from '@fastify/cookie';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '#libs/config';
import { ACCESS_TOKEN_SECONDS, AccessTokens } from './access-token.js';
import type { SessionDto } from '../dto/auth.response.dto.js';
import type { OpenSession } from './sessions.service.js';

const NAME = 'sluice_refresh';
const PATH = '/api/auth';

/** Hands a session to its browser: the access token in the answer, the refresh token where no script can read it. */
@Injectable()
export class RefreshCookie {
  private readonly alwaysSecure: boolean;

  constructor(
    config: Config,
    private readonly tokens: AccessTokens,
  ) {
    this.alwaysSecure = config.profile === 'production' || config.profile === 'staging';
  }

  async handOver(reply: FastifyReply, session: OpenSession): Promise<SessionDto> {
    const { principal, account, refresh, expiresAt } = session;
    const accessToken = await this.tokens.issue(principal);
    void reply.setCookie(NAME, refresh.value, { ...this.attributes(reply), expires: expiresAt });
    return { accessToken, tokenType: 'Bearer', expiresIn: ACCESS_TOKEN_SECONDS, user: account };
  }

  read(request: FastifyRequest): string | undefined {
    return request.cookies[NAME];
  }

  clear(reply: FastifyReply): void {
    void reply.clearCookie(NAME, this.attributes(reply));
  }

  private attributes({ request }: FastifyReply): CookieSerializeOptions {
    const secure = this.alwaysSecure || request.protocol === 'https';
    return { httpOnly: true, sameSite: 'strict', path: PATH, secure };
  }
}
