import { Injectable } from '@nestjs/common';
import { Entitlements } from '../subscriptions/entitlements.js';
import { apiKeyErrors } from './api-keys.errors.js';
import { ApiKeysRepository } from './api-keys.repository.js';

/** Decides which models a person may put on a key: no key can do what its owner cannot. */
@Injectable()
export class ApiKeyModels {
  constructor(
    private readonly keys: ApiKeysRepository,
    private readonly entitlements: Entitlements,
  ) {}

  /**
   * The wished models without duplicates, in the order of their names.
   *
   * @throws DomainError model_unknown, subscription_required, each naming the models
   */
  async permitted(ownerId: string, wished: readonly string[]): Promise<string[]> {
    const modelIds = [...new Set(wished)].sort();
    const known = await this.keys.knownModels(modelIds);
    const unknown = modelIds.filter((id) => !known.has(id));
    if (unknown.length > 0) {
      throw apiKeyErrors.model_unknown({
        message: `There is no such model: ${unknown.join(', ')}.`,
        param: 'modelIds',
        details: { modelIds: unknown },
      });
    }
    const active = await this.entitlements.activeModels(ownerId, modelIds);
    const missing = modelIds.filter((id) => !active.has(id));
    if (missing.length > 0) {
      throw apiKeyErrors.subscription_required({
        message: `Subscribe first to: ${missing.join(', ')}.`,
        param: 'modelIds',
        details: { modelIds: missing },
      });
    }
    return modelIds;
  }
}
