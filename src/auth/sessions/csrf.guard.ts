import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { authConfig } from '../auth.config.js';
import { authErrors } from '../auth.errors.js';
import { CsrfTokens } from './csrf.tokens.js';
import { RefreshCookie } from './refresh.cookie.js';
import { RefreshTokens } from './refresh-token.js';

export const CSRF_HEADER = 'x-csrf-token';

/** Turns away pages that send the session's cookie without its CSRF token. Where no cookie opens anything, it lets pass. */
@Injectable()
export class CsrfGuard implements CanActivate {
  constructor(
    private readonly cookie: RefreshCookie,
    private readonly refreshTokens: RefreshTokens,
    private readonly csrf: CsrfTokens,
    @InjectConfig(authConfig) private readonly config: ConfigOf<typeof authConfig>,
  ) {}

  /** @throws DomainError csrf_token_invalid */
  canActivate(context: ExecutionContext): boolean {
    if (!this.config.csrfProtection) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const presented = this.cookie.read(request);
    const sessionId = presented === undefined ? undefined : this.refreshTokens.read(presented);
    if (sessionId === undefined || this.csrf.isOf(sessionId, request.headers[CSRF_HEADER])) return true;
    throw authErrors.csrf_token_invalid();
  }
}
