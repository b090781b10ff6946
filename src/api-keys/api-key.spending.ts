import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { picoToUsd } from '#libs/kernel';
import { ApiKeyTerms, type KeyBudgets } from './api-key.terms.js';
import { apiKeyErrors } from './api-keys.errors.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeySpendReset } from './events/api-key.events.js';

/** Lets administrators begin a key's spending anew. */
@Injectable()
export class ApiKeySpending {
  constructor(
    private readonly keys: ApiKeysRepository,
    private readonly terms: ApiKeyTerms,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /** A new period begins now; the ledger and the old period stay as they are. @throws DomainError api_key_not_found */
  async reset(actor: Principal, id: string): Promise<KeyBudgets & { readonly id: string }> {
    return this.work.run(async () => {
      const key = await this.keys.findForUpdate(id);
      if (!key) throw apiKeyErrors.api_key_not_found();
      const modelIds = (await this.keys.modelsOf([id])).get(id) ?? [];
      const [before] = await this.terms.budgets([{ id, modelIds }]);
      await this.terms.restart(id, modelIds);
      await this.events.publish(new ApiKeySpendReset(actor, id, picoToUsd(before?.spend ?? 0n)));
      const [after] = await this.terms.budgets([{ id, modelIds }]);
      return { id, ...(after as KeyBudgets) };
    });
  }
}
