import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DomainError } from '#libs/kernel';
import { accessErrors } from './access.errors.js';
import { type Authentication, Authenticator, RefusalObserver } from './authenticator.js';
import { hasPermission } from './permissions.js';
import { ANONYMOUS, type Principal } from './principal.js';
import { RequestLimiter } from './request-limiter.js';
import type { AccessRule } from './rule.js';

export const AUTHENTICATORS = Symbol('authenticators');

const CREDENTIAL_HEADERS = ['authorization', 'x-api-key', 'x-client-api-key'];

/** A request that was let in. */
export interface AuthenticatedRequest extends FastifyRequest {
  principal: Principal;
}

/**
 * Decides who comes in, once for each request and by its headers alone: before its body is read, so that nobody
 * fills the memory without a credential.
 */
@Injectable()
export class Doorkeeper {
  constructor(
    @Inject(AUTHENTICATORS) private readonly authenticators: readonly Authenticator[],
    private readonly observer: RefusalObserver,
    private readonly limiter: RequestLimiter,
  ) {}

  /** Must come after the hooks whose headers a refusal needs as well. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', async (request, reply) => {
      const { access } = (request.routeOptions.config ?? {}) as { access?: AccessRule };
      if (access !== undefined) await this.admit(access, request as AuthenticatedRequest, reply);
    });
  }

  /** @throws DomainError for whoever stays outside */
  private async admit(rule: AccessRule, request: AuthenticatedRequest, reply: FastifyReply): Promise<void> {
    if (rule.kind === 'public') {
      if (rule.isProbe !== true) await this.limiter.count(ANONYMOUS, request, reply);
      request.principal = ANONYMOUS;
      return;
    }
    const given = this.authenticate(rule, request);
    const outcome = given instanceof Promise ? await given : given;
    if (!outcome.accepted) {
      // Whose credential cannot be judged, because something is away, is no stranger for that.
      if (outcome.error.kind !== 'unavailable') await this.limiter.count(ANONYMOUS, request, reply);
      return this.refuse(rule, outcome.error, ANONYMOUS, request);
    }
    const counted = this.limiter.count(outcome.principal, request, reply);
    if (counted) await counted;
    if (rule.kind === 'permission' && !hasPermission(outcome.principal, rule.permission)) {
      return this.refuse(rule, accessErrors.permission_denied(), outcome.principal, request);
    }
    request.principal = outcome.principal;
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
