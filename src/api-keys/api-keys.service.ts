import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { sha256 } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { changesNothing, Clock, newId, type Page } from '#libs/kernel';
import type { ApiKeyRecord } from './api-key.entity.js';
import { API_KEY_FORMAT } from './api-key.format.js';
import { ApiKeyModels } from './api-key.models.js';
import { ApiKeyVerifier } from './api-key.verifier.js';
import { apiKeyErrors } from './api-keys.errors.js';
import { type ApiKeyState, expiryOf, stateOf } from './api-keys.policy.js';
import { type ApiKeyQuestion, ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeyIssued, ApiKeyRevoked, ApiKeyRotated, ApiKeyUpdated } from './events/api-key.events.js';

/** A key and what it may call. */
export interface ApiKeyView extends ApiKeyRecord {
  readonly modelIds: string[];
  readonly status: ApiKeyState;
  readonly maskedKey: string;
}

/** The same with the secret, which is nowhere else. */
export interface IssuedApiKey extends ApiKeyView {
  readonly key: string;
}

export interface ApiKeyWish {
  readonly name: string;
  readonly modelIds: readonly string[];
  readonly expiresAt?: string | null;
}

/** What people do with their own API keys. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly keys: ApiKeysRepository,
    private readonly models: ApiKeyModels,
    private readonly verifier: ApiKeyVerifier,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  async issue(actor: Principal, { name, modelIds, expiresAt }: ApiKeyWish): Promise<IssuedApiKey> {
    const { userId } = personOf(actor);
    const now = this.clock.date();
    const end = expiryOf(expiresAt, now);
    const secret = API_KEY_FORMAT.issue();
    const key: ApiKeyRecord = {
      id: newId(),
      userId,
      name,
      prefix: secret.display,
      secretHash: sha256(secret.value),
      expiresAt: end,
      revokedAt: null,
      lastUsedAt: null,
      createdAt: now,
      updatedAt: now,
    };
    return this.work.run(async () => {
      const permitted = await this.models.permitted(userId, modelIds);
      await this.keys.insert(key, permitted);
      const issued = this.show(key, permitted);
      await this.events.publish(new ApiKeyIssued(actor, issued));
      return { ...issued, key: secret.value };
    });
  }

  async list(actor: Principal, question: ApiKeyQuestion): Promise<Page<ApiKeyView>> {
    const page = await this.keys.listOwned(personOf(actor).userId, question, this.clock.date());
    const models = await this.keys.modelsOf(page.items.map(({ id }) => id));
    return { ...page, items: page.items.map((key) => this.show(key, models.get(key.id) ?? [])) };
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
        name: changes.name ?? before.name,
        expiresAt: changes.expiresAt === undefined ? before.expiresAt : expiryOf(changes.expiresAt, now),
        updatedAt: now,
      };
      const modelIds = changes.modelIds
        ? await this.models.permitted(before.userId, changes.modelIds)
        : before.modelIds;
      await this.keys.update(key);
      if (changes.modelIds) await this.keys.replaceModels(id, modelIds);
      this.work.afterCommit(() => this.verifier.forget(key.secretHash));
      const updated = this.show(key, modelIds);
      await this.events.publish(new ApiKeyUpdated(actor, before, updated));
      return updated;
    });
  }

  /** Gives the key another secret. The one before is refused from the next call on. */
  async rotate(actor: Principal, id: string): Promise<IssuedApiKey> {
    const secret = API_KEY_FORMAT.issue();
    return this.work.run(async () => {
      const before = await this.lockActive(actor, id);
      const key: ApiKeyRecord = {
        ...entityOf(before),
        prefix: secret.display,
        secretHash: sha256(secret.value),
        updatedAt: this.clock.date(),
      };
      await this.keys.update(key);
      this.work.afterCommit(() => this.verifier.forget(before.secretHash));
      const rotated = this.show(key, before.modelIds);
      await this.events.publish(new ApiKeyRotated(actor, before, rotated));
      return { ...rotated, key: secret.value };
    });
  }

  /** Ends a key for good; its row and its usage stay. Revoking again changes nothing. */
  async revoke(actor: Principal, id: string): Promise<void> {
    await this.work.run(async () => {
      const key = await this.lock(actor, id);
      if (key.revokedAt) return;
      const now = this.clock.date();
      await this.keys.update({ ...entityOf(key), revokedAt: now, updatedAt: now });
      this.work.afterCommit(() => this.verifier.forget(key.secretHash));
      await this.events.publish(new ApiKeyRevoked(actor, key));
    });
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

  private show(key: ApiKeyRecord, modelIds: readonly string[]): ApiKeyView {
    return {
      ...key,
      modelIds: [...modelIds],
      status: stateOf(key, this.clock.date()),
      maskedKey: `${key.prefix}…`,
    };
  }
}

/** The columns of a key, without what was added for showing it. */
function entityOf({ modelIds: _models, status: _status, maskedKey: _masked, ...key }: ApiKeyView): ApiKeyRecord {
  return key;
}
