import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config } from '#libs/config';
import { httpConfig } from '#libs/http';
import { authConfig } from '../auth.config.js';
import { authErrors } from '../auth.errors.js';

/**
 * Turns away pages of strange origins from routes that a cookie opens. Browsers send `Origin` with every such
 * call; programs that send none carry no cookie by accident.
 */
@Injectable()
export class OriginGuard implements CanActivate {
  private readonly isOn: boolean;
  private readonly allowed: ReadonlySet<string>;

  constructor(config: Config) {
    this.isOn = config.get(authConfig).csrfProtection;
    this.allowed = new Set(config.get(httpConfig).corsOrigin);
  }

  /** @throws DomainError origin_not_allowed */
  canActivate(context: ExecutionContext): boolean {
    const { headers, host } = context.switchToHttp().getRequest<FastifyRequest>();
    const { origin } = headers;
    if (!this.isOn || origin === undefined || this.allowed.has(origin) || hostOf(origin) === host) return true;
    throw authErrors.origin_not_allowed();
  }
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
