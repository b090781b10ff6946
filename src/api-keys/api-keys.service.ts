import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus, OnEvent } from '#libs/events';
import { changesNothing, Clock, newId, type Page } from '#libs/kernel';
import { AccountReclaimed } from '../users/events/user.events.js';
import type { ApiKeyRecord } from './api-key.entity.js';
import { ApiKeySecrets } from './api-key.secrets.js';
import { ApiKeyTerms, type KeyBudgets, type KeyTermsWish } from './api-key.terms.js';
import { apiKeyErrors } from './api-keys.errors.js';
import { type ApiKeyState, expiryOf, stateOf } from './api-keys.policy.js';
import { type ApiKeyQuestion, ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeyIssued, ApiKeyRevoked, ApiKeyRotated, ApiKeyUpdated } from './events/api-key.events.js';

/** A key and what it may call. */
export interface ApiKeyView extends ApiKeyRecord, KeyBudgets {
  readonly modelIds: string[];
  readonly status: ApiKeyState;
  readonly maskedKey: string;
}

/** The same with the secret, which is nowhere else. */
export interface IssuedApiKey extends ApiKeyView {
  readonly key: string;
}

export interface ApiKeyWish extends KeyTermsWish {
  readonly name: string;
  readonly modelIds: readonly string[];
  readonly expiresAt?: string | null;
}

/** What people do with their own API keys. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly keys: ApiKeysRepository,
    private readonly terms: ApiKeyTerms,
    private readonly secrets: ApiKeySecrets,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  async issue(actor: Principal, { name, modelIds, expiresAt, ...wish }: ApiKeyWish): Promise<IssuedApiKey> {
    const { userId } = personOf(actor);
    const now = this.clock.date();
    const end = expiryOf(expiresAt, now);
    const secret = this.secrets.issue();
    const facts = {
      id: newId(),
      userId,
      name,
      prefix: secret.display,
      secretHash: secret.hash,
      expiresAt: end,
      revokedAt: null,
      lastUsedAt: null,
      createdAt: now,
      updatedAt: now,
    };
    return this.work.run(async () => {
      const permitted = await this.terms.models(userId, modelIds);
      const key: ApiKeyRecord = { ...facts, ...(await this.terms.options(userId, wish)) };
      await this.keys.insert(key, permitted);
      await this.terms.setBudgets(key.id, permitted, wish);
      const issued = await this.show(key, permitted);
      await this.events.publish(new ApiKeyIssued(actor, issued));
      return { ...issued, key: secret.value };
    });
  }

  async list(actor: Principal, question: ApiKeyQuestion): Promise<Page<ApiKeyView>> {
    const page = await this.keys.listOwned(personOf(actor).userId, question, this.clock.date());
    const models = await this.keys.modelsOf(page.items.map(({ id }) => id));
    const budgets = await this.terms.budgets(page.items.map(({ id }) => ({ id, modelIds: models.get(id) ?? [] })));
    const views = page.items.map((key, index) =>
      this.view(key, models.get(key.id) ?? [], budgets[index] as KeyBudgets),
    );
    return { ...page, items: views };
  }

  async get(actor: Principal, id: string): Promise<ApiKeyView> {
    const key = await this.keys.findOwned(personOf(actor).userId, id);
    if (!key) throw apiKeyErrors.api_key_not_found();
    return this.withModels(key);
  }

  /** What is undefined stays; the gateway obeys from the next call on. */
  async update(actor: Principal, id: string, changes: Partial<ApiKeyWish>): Promise<ApiKeyView> {
    if (changesNothing(changes)) return this.get(actor, id);
    return this.work.run(async () => {
      const before = await this.lockActive(actor, id);
      const now = this.clock.date();
      const key: ApiKeyRecord = {
        ...entityOf(before),
        ...(await this.terms.options(before.userId, changes, before)),
        name: changes.name ?? before.name,
        expiresAt: changes.expiresAt === undefined ? before.expiresAt : expiryOf(changes.expiresAt, now),
        updatedAt: now,
      };
      const modelIds = changes.modelIds ? await this.terms.models(before.userId, changes.modelIds) : before.modelIds;
      await this.keys.update(key);
      if (changes.modelIds) await this.keys.replaceModels(id, modelIds);
      await this.terms.setBudgets(id, modelIds, changes);
      const updated = await this.show(key, modelIds);
      await this.events.publish(new ApiKeyUpdated(actor, before, updated));
      return updated;
    });
  }

  /** Gives the key another secret. The one before is refused from the next call on. */
  async rotate(actor: Principal, id: string): Promise<IssuedApiKey> {
    const secret = this.secrets.issue();
    return this.work.run(async () => {
      const before = await this.lockActive(actor, id);
      const key: ApiKeyRecord = {
        ...entityOf(before),
        prefix: secret.display,
        secretHash: secret.hash,
        updatedAt: this.clock.date(),
      };
      await this.keys.update(key);
      const rotated = this.view(key, before.modelIds, before);
      await this.events.publish(new ApiKeyRotated(actor, before, rotated));
      return { ...rotated, key: secret.value };
    });
  }

  /** Ends a key for good; its row and its usage stay. Revoking again changes nothing. */
  async revoke(actor: Principal, id: string): Promise<void> {
    await this.work.run(async () => {
      const key = await this.lock(actor, id);
      if (!key.revokedAt) await this.end(actor, key);
    });
  }

  /** A stranger may have issued them. */
  @OnEvent(AccountReclaimed, 'in-transaction')
  async onAccountReclaimed({ actor, userId }: AccountReclaimed): Promise<void> {
    for (const key of await this.keys.listUnrevokedForUpdate(userId)) await this.end(actor, await this.withModels(key));
  }

  private async end(actor: Principal, key: ApiKeyView): Promise<void> {
    const now = this.clock.date();
    await this.keys.update({ ...entityOf(key), revokedAt: now, updatedAt: now });
    await this.events.publish(new ApiKeyRevoked(actor, key));
  }

  private async lock(actor: Principal, id: string): Promise<ApiKeyView> {
    const key = await this.keys.findOwnedForUpdate(personOf(actor).userId, id);
    if (!key) throw apiKeyErrors.api_key_not_found();
    return this.withModels(key);
  }

  private async lockActive(actor: Principal, id: string): Promise<ApiKeyView> {
    const key = await this.lock(actor, id);
    if (key.status !== 'active') throw apiKeyErrors.api_key_inactive();
    return key;
  }

  private async withModels(key: ApiKeyRecord): Promise<ApiKeyView> {
    return this.show(key, (await this.keys.modelsOf([key.id])).get(key.id) ?? []);
  }

  private async show(key: ApiKeyRecord, modelIds: readonly string[]): Promise<ApiKeyView> {
    const [budgets] = await this.terms.budgets([{ id: key.id, modelIds }]);
    return this.view(key, modelIds, budgets as KeyBudgets);
  }

  private view(key: ApiKeyRecord, modelIds: readonly string[], budgets: KeyBudgets): ApiKeyView {
    const { maxBudget, softBudget, budgetDuration, spend, budgetResetAt, modelMaxBudget } = budgets;
    return {
      ...key,
      maxBudget,
      softBudget,
      budgetDuration,
      spend,
      budgetResetAt,
      modelMaxBudget,
      modelIds: [...modelIds],
      status: stateOf(key, this.clock.date()),
      maskedKey: `${key.prefix}…`,
    };
  }
}

/** The columns of a key, without what was added for showing it. */
function entityOf(view: ApiKeyView): ApiKeyRecord {
  const { modelIds: _models, status: _status, maskedKey: _masked, modelMaxBudget: _modelBudgets, ...rest } = view;
  const {
    maxBudget: _cap,
    softBudget: _soft,
    budgetDuration: _period,
    spend: _spend,
    budgetResetAt: _end,
    ...key
  } = rest;
  return key;
}
