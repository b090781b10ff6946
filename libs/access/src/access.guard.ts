import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DomainError } from '#libs/kernel';
import { accessErrors } from './access.errors.js';
import { type Authentication, Authenticator, RefusalObserver } from './authenticator.js';
import { hasPermission } from './permissions.js';
import { ANONYMOUS, type Principal } from './principal.js';
import { RequestLimiter } from './request-limiter.js';
import { ACCESS_RULE, type AccessRule } from './rule.js';

export const AUTHENTICATORS = Symbol('authenticators');

const CREDENTIAL_HEADERS = ['authorization', 'x-api-key', 'x-client-api-key'];

/** A request that has passed the guard. */
export interface AuthenticatedRequest extends FastifyRequest {
  principal: Principal;
}

/** The one door: no handler runs unless its route's rule lets the caller in. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(AUTHENTICATORS) private readonly authenticators: readonly Authenticator[],
    private readonly observer: RefusalObserver,
    private readonly limiter: RequestLimiter,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<AuthenticatedRequest>();
    const reply = http.getResponse<FastifyReply>();
    const rule = this.reflector.get<AccessRule | undefined>(ACCESS_RULE, context.getHandler());
    if (rule?.kind === 'public') {
      request.principal = ANONYMOUS;
      if (rule.isProbe !== true) await this.limiter.count(ANONYMOUS, request, reply);
      return true;
    }
    if (!rule) throw accessErrors.permission_denied();
    const outcome = await this.authenticate(rule, request);
    if (!outcome.accepted) {
      await this.limiter.count(ANONYMOUS, request, reply);
      return this.refuse(rule, outcome.error, ANONYMOUS, request);
    }
    request.principal = outcome.principal;
    const counted = this.limiter.count(outcome.principal, request, reply);
    if (counted) await counted;
    if (rule.kind === 'permission' && !hasPermission(outcome.principal, rule.permission)) {
      return this.refuse(rule, accessErrors.permission_denied(), outcome.principal, request);
    }
    return true;
  }

  private authenticate(rule: AccessRule, request: FastifyRequest): Promise<Authentication> | Authentication {
    const wanted = rule.kind === 'api-key' ? 'api-key' : 'session';
    const authenticator = this.authenticators.find(({ accepts }) => accepts === wanted);
    return authenticator?.authenticate(request.headers) ?? { accepted: false, error: accessErrors.unauthorized() };
  }

  /** Gateway refusals are counted, not recorded one by one: a stranger must not be able to fill the audit log. */
  private async refuse(
    rule: AccessRule,
    error: DomainError,
    principal: Principal,
    request: FastifyRequest,
  ): Promise<never> {
    if (rule.kind !== 'api-key') {
      const { method, headers } = request;
      const credentialGiven = CREDENTIAL_HEADERS.some((name) => headers[name] !== undefined);
      await this.observer.refused({ error, principal, credentialGiven, method, route: request.routeOptions.url ?? '' });
    }
    throw error;
  }
}
