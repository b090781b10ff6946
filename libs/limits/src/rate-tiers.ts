import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ANONYMOUS, type Principal, RequestLimiter } from '#libs/access';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { sha256 } from '#libs/crypto';
import { networkOf, sendError, setRateHeaders, toDomainError } from '#libs/http';
import { limitsConfig } from './limits.config.js';
import { limitErrors } from './limits.errors.js';
import type { RateRule } from './rate-store.js';
import type { RateTake } from './rate-window.js';
import { RateWindows } from './rate-windows.js';

const MINUTE_MS = 60_000;
/** A replica takes along a tenth of a tier, which is what it may refuse too early beside others. */
const AHEAD = 10;

/** How fast anybody may call anything: strangers by their address, people and API keys by what they proved to be. */
@Injectable()
export class RateTiers extends RequestLimiter {
  /** Principals are remembered by those who verify them, and with them what they are counted under. */
  private readonly rules = new WeakMap<Principal, RateRule>();

  constructor(
    private readonly windows: RateWindows,
    @InjectConfig(limitsConfig) private readonly config: ConfigOf<typeof limitsConfig>,
  ) {
    super();
  }

  count(principal: Principal, request: FastifyRequest, reply: FastifyReply): void | Promise<void> {
    const rule = this.ruleOf(principal, request);
    if (rule === undefined || rule.limit === 0) return undefined;
    const take = this.windows.take(rule, 1);
    return take instanceof Promise ? take.then((late) => conclude(late, reply)) : conclude(take, reply);
  }

  /** Counts what comes to no controller as well: unknown addresses, and the pages of the documentation. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply, done) => {
      if (isEndpoint(request)) done();
      else void this.countStranger(request, reply, done);
    });
  }

  private async countStranger(request: FastifyRequest, reply: FastifyReply, done: () => void): Promise<void> {
    try {
      await this.count(ANONYMOUS, request, reply);
    } catch (error) {
      sendError(request, reply, toDomainError(error));
      return;
    }
    done();
  }

  private ruleOf(principal: Principal, request: FastifyRequest): RateRule | undefined {
    if (principal.kind === 'system') return undefined;
    if (principal.kind === 'anonymous') return rule('ip', nameOf(request), this.config.anonymousPerMinute);
    let known = this.rules.get(principal);
    if (!known) {
      known =
        principal.kind === 'user'
          ? rule('user', principal.userId, this.config.userPerMinute)
          : rule('key', principal.id, this.config.apiKeyPerMinute);
      this.rules.set(principal, known);
    }
    return known;
  }
}

function rule(kind: string, id: string, limit: number): RateRule {
  return {
    name: `tier:${kind}:${id}`,
    policy: 'requests',
    limit,
    windowMs: MINUTE_MS,
    ahead: Math.floor(limit / AHEAD),
  };
}

function conclude(take: RateTake, reply: FastifyReply): void {
  const standing = take.standing();
  if (take.taken === 0) {
    throw limitErrors.rate_limit_exceeded({ retryAfterSeconds: standing.resetSeconds, rate: standing });
  }
  setRateHeaders(reply, standing);
}

/** The doorkeeper counts what an endpoint gets: only there it is known who sent it. */
function isEndpoint({ routeOptions }: FastifyRequest): boolean {
  return (routeOptions.config as { rawBody?: boolean } | undefined)?.rawBody !== undefined;
}

/** Addresses themselves are not handed to the store. */
function nameOf(request: FastifyRequest): string {
  return sha256(networkOf(request)).toString('base64url').slice(0, 22);
}
