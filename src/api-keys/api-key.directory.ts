import { Injectable } from '@nestjs/common';
import { type ApiKeyPrincipal, hasPermission, type Principal } from '#libs/access';
import { Clock } from '#libs/kernel';
import { ApiKeySecrets } from './api-key.secrets.js';
import { ApiKeyLookupRepository } from './api-key-lookup.repository.js';
import { principalOf } from './api-key.principal.js';
import { apiKeyErrors } from './api-keys.errors.js';
import { apiKeyPermissions } from './api-keys.permissions.js';
import { refusalOf } from './api-keys.policy.js';

/** A key as the gateway would see it. */
export interface ApiKeyStanding {
  readonly principal: ApiKeyPrincipal;
  /** Why it would be turned away at the door. */
  readonly refusal: ReturnType<typeof refusalOf>;
}

/** Shows other features what a key may do, without a call. */
@Injectable()
export class ApiKeyDirectory {
  constructor(
    private readonly keys: ApiKeyLookupRepository,
    private readonly secrets: ApiKeySecrets,
    private readonly clock: Clock,
  ) {}

  /**
   * A key of the actor's; of anybody's for whoever manages them.
   *
   * @param which its id, or the whole secret
   * @throws DomainError api_key_not_found
   */
  async standing(actor: Principal, which: { id: string } | { secret: string }): Promise<ApiKeyStanding> {
    const facts = await ('id' in which ? this.keys.findById(which.id) : this.secrets.find(which.secret));
    const own = facts !== undefined && actor.kind === 'user' && actor.userId === facts.userId;
    if (!facts || !(own || hasPermission(actor, apiKeyPermissions.manage))) throw apiKeyErrors.api_key_not_found();
    return { principal: principalOf(facts), refusal: refusalOf(facts, this.clock.date()) };
  }

  /** Which of these keys would be turned away at the door now. */
  async refusedOf(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const found = await this.keys.findByIds(ids);
    const now = this.clock.date();
    const good = new Set(found.filter((key) => refusalOf(key, now) === undefined).map(({ id }) => id));
    return new Set(ids.filter((id) => !good.has(id)));
  }
}
