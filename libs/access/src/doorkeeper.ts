import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DomainError } from '#libs/kernel';
import { accessErrors } from './access.errors.js';
import { type Authentication, Authenticator, RefusalObserver } from './authenticator.js';
import { PersonConditions } from './person.conditions.js';
import { hasPermission } from './permissions.js';
import { ANONYMOUS, type Principal } from './principal.js';
import { RequestLimiter } from './request-limiter.js';
import { type AccessRule, isForPeople } from './rule.js';

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
    private readonly conditions: PersonConditions,
  ) {}

  /** Must come after the hooks whose headers a refusal needs as well. */
  watch(fastify: FastifyInstance): void {
    // With a callback, not as a promise: what memory knows is decided in the same breath.
    fastify.addHook('onRequest', (request, reply, done) => {
      const { access } = (request.routeOptions.config ?? {}) as { access?: AccessRule };
      try {
        const admitted = access && this.admit(access, request as AuthenticatedRequest, reply);
        if (admitted) void settled(admitted, done);
        else done();
      } catch (error) {
        done(error as Error);
      }
    });
  }

  /** @throws DomainError for whoever stays outside, at once or as a rejection */
  private admit(rule: AccessRule, request: AuthenticatedRequest, reply: FastifyReply): void | Promise<void> {
    if (rule.kind === 'public') return this.admitAnybody(rule, request, reply);
    const given = this.authenticate(rule, request);
    return given instanceof Promise
      ? given.then((late) => this.conclude(rule, late, request, reply))
      : this.conclude(rule, given, request, reply);
  }

  private async admitAnybody(
    { isProbe }: Extract<AccessRule, { kind: 'public' }>,
    request: AuthenticatedRequest,
    reply: FastifyReply,
  ): Promise<void> {
    if (isProbe !== true) await this.limiter.count(ANONYMOUS, request, reply);
    request.principal = ANONYMOUS;
  }

  private conclude(
    rule: AccessRule,
    outcome: Authentication,
    request: AuthenticatedRequest,
    reply: FastifyReply,
  ): void | Promise<void> {
    if (!outcome.accepted) return this.turnAway(rule, outcome.error, request, reply);
    const { principal } = outcome;
    const counted = this.limiter.count(principal, request, reply);
    return counted ? counted.then(() => this.letIn(rule, principal, request)) : this.letIn(rule, principal, request);
  }

  private letIn(rule: AccessRule, principal: Principal, request: AuthenticatedRequest): void | Promise<never> {
    if (rule.kind === 'permission' && !hasPermission(principal, rule.permission)) {
      return this.refuse(rule, accessErrors.permission_denied(), principal, request);
    }
    const refusal =
      isForPeople(rule) && principal.kind === 'user' ? this.conditions.refusalOf(rule, principal) : undefined;
    if (refusal) return this.refuse(rule, refusal, principal, request);
    request.principal = principal;
    return undefined;
  }

  private async turnAway(
    rule: AccessRule,
    error: DomainError,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<never> {
    // Whose credential cannot be judged, because something is away, is no stranger for that.
    if (error.kind !== 'unavailable') await this.limiter.count(ANONYMOUS, request, reply);
    return this.refuse(rule, error, ANONYMOUS, request);
  }

  private authenticate(rule: AccessRule, request: FastifyRequest): Promise<Authentication> | Authentication {
    const wanted = rule.kind === 'api-key' || rule.kind === 'scim' ? rule.kind : 'session';
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

async function settled(admitted: Promise<void>, done: (error?: Error) => void): Promise<void> {
  try {
    await admitted;
  } catch (error) {
    done(error as Error);
    return;
  }
  done();
}
