import type { CookieSerializeOptions } from '@fastify/cookie';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '#libs/config';
import { cookieOf } from '#libs/http';
import { ACCESS_TOKEN_SECONDS, AccessTokens } from './access-token.js';
import type { SessionDto } from '../dto/auth.response.dto.js';
import { CsrfTokens } from './csrf.tokens.js';
import { KnownDevices } from './known.devices.js';
import type { OpenSession } from './sessions.service.js';

const NAME = 'sluice_refresh';
const CSRF_COOKIE = 'sluice_csrf';
export const DEVICE_COOKIE = 'sluice_device';
const PATH = '/api/auth';
const DEVICE_SECONDS = 180 * 24 * 3_600;

/**
 * Hands a session to its browser: the access token in the answer, the refresh token where no script can read it, and
 * the CSRF token where only scripts of our own pages can. The device is marked as one that the account was used on.
 */
@Injectable()
export class RefreshCookie {
  private readonly alwaysSecure: boolean;

  constructor(
    config: Config,
    private readonly tokens: AccessTokens,
    private readonly csrf: CsrfTokens,
    private readonly devices: KnownDevices,
  ) {
    this.alwaysSecure = config.profile === 'production' || config.profile === 'staging';
  }

  async handOver(reply: FastifyReply, session: OpenSession): Promise<SessionDto> {
    const { principal, account, refresh, expiresAt } = session;
    const accessToken = await this.tokens.issue(principal);
    const csrfToken = this.csrf.of(principal.sessionId);
    const attributes = this.attributes(reply);
    const mark = cookieOf(reply.request, DEVICE_COOKIE);
    void reply
      .setCookie(NAME, refresh.value, { ...attributes, expires: expiresAt })
      .setCookie(CSRF_COOKIE, csrfToken, { ...attributes, httpOnly: false, path: '/', expires: expiresAt });
    if (this.devices.read(mark, account.id) === undefined) {
      void reply.setCookie(DEVICE_COOKIE, this.devices.issue(account.id), { ...attributes, maxAge: DEVICE_SECONDS });
    }
    return { accessToken, tokenType: 'Bearer', expiresIn: ACCESS_TOKEN_SECONDS, csrfToken, user: account };
  }

  read(request: FastifyRequest): string | undefined {
    return cookieOf(request, NAME);
  }

  clear(reply: FastifyReply): void {
    const attributes = this.attributes(reply);
    void reply.clearCookie(NAME, attributes).clearCookie(CSRF_COOKIE, { ...attributes, httpOnly: false, path: '/' });
  }

  private attributes({ request }: FastifyReply): CookieSerializeOptions {
    const secure = this.alwaysSecure || request.protocol === 'https';
    return { httpOnly: true, sameSite: 'strict', path: PATH, secure };
  }
}
