import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { likeContains, paginate, UnitOfWork } from '#libs/database';
import type { Page } from '#libs/kernel';
import { ApiKeyEntity, type ApiKeyRecord } from './api-key.entity.js';
import type { ApiKeyState } from './api-keys.policy.js';

export interface ApiKeyQuestion {
  readonly page: number;
  readonly limit: number;
  readonly search?: string | undefined;
  readonly status?: ApiKeyState | undefined;
}

/** Every question of the control plane about keys. The owner is part of each. */
@Injectable()
export class ApiKeysRepository {
  constructor(private readonly work: UnitOfWork) {}

  async insert(key: ApiKeyRecord, modelIds: readonly string[]): Promise<void> {
    await this.work.manager.insert(ApiKeyEntity, key);
    await this.addModels(key.id, modelIds);
  }

  async update(key: ApiKeyRecord): Promise<void> {
    await this.work.manager.update(ApiKeyEntity, { id: key.id, userId: key.userId }, key);
  }

  async replaceModels(keyId: string, modelIds: readonly string[]): Promise<void> {
    await this.work.manager.query('DELETE FROM api_key_models WHERE api_key_id = $1', [keyId]);
    await this.addModels(keyId, modelIds);
  }

  findOwned(ownerId: string, id: string): Promise<ApiKeyRecord | null> {
    return this.work.manager.findOneBy(ApiKeyEntity, { id, userId: ownerId });
  }

  /** The same, and nobody else changes the row before the transaction ends. */
  findOwnedForUpdate(ownerId: string, id: string): Promise<ApiKeyRecord | null> {
    return this.work.manager.findOne(ApiKeyEntity, {
      where: { id, userId: ownerId },
      lock: { mode: 'pessimistic_write' },
    });
  }

  /** Whoever owns it, for administrators; nobody else changes the row before the transaction ends. */
  findForUpdate(id: string): Promise<ApiKeyRecord | null> {
    return this.work.manager.findOne(ApiKeyEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  /** Nobody else changes them before the transaction ends. */
  listUnrevokedForUpdate(ownerId: string): Promise<ApiKeyRecord[]> {
    return this.work.manager.find(ApiKeyEntity, {
      where: { userId: ownerId, revokedAt: IsNull() },
      order: { id: 'ASC' },
      lock: { mode: 'pessimistic_write' },
    });
  }

  /** Newest first. */
  listOwned(ownerId: string, { search, status, ...page }: ApiKeyQuestion, now: Date): Promise<Page<ApiKeyRecord>> {
    const query = this.work.manager
      .createQueryBuilder(ApiKeyEntity, 'key')
      .where('key.userId = :ownerId', { ownerId })
      .orderBy('key.id', 'DESC');
    if (search !== undefined) query.andWhere('key.name ILIKE :search', { search: likeContains(search) });
    if (status === 'revoked') query.andWhere('key.revokedAt IS NOT NULL');
    if (status === 'expired') query.andWhere('key.revokedAt IS NULL AND key.expiresAt <= :now', { now });
    if (status === 'active') {
      query.andWhere('key.revokedAt IS NULL AND (key.expiresAt IS NULL OR key.expiresAt > :now)', { now });
    }
    return paginate(query, page);
  }

  /** How many a person has, and how many of them can be called with. */
  async countOwned(ownerId: string, now: Date): Promise<{ total: number; active: number }> {
    const rows: { total: number; active: number }[] = await this.work.manager.query(
      `SELECT count(*)::int AS total,
              count(*) FILTER (WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2))::int AS active
         FROM api_keys WHERE user_id = $1`,
      [ownerId, now],
    );
    return rows[0] ?? { total: 0, active: 0 };
  }

  /** The models of some keys, by the key's id, in the order of their names. */
  async modelsOf(keyIds: readonly string[]): Promise<ReadonlyMap<string, string[]>> {
    const rows: { id: string; models: string[] }[] = await this.work.manager.query(
      `SELECT api_key_id AS id, array_agg(model_id ORDER BY model_id) AS models
         FROM api_key_models WHERE api_key_id = ANY($1) GROUP BY api_key_id`,
      [keyIds],
    );
    return new Map(rows.map(({ id, models }) => [id, models]));
  }

  /** Which of the ids exist, as the foreign key from `api_key_models` sees it. */
  async knownModels(modelIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows: { id: string }[] = await this.work.manager.query('SELECT id FROM models WHERE id = ANY($1)', [
      modelIds,
    ]);
    return new Set(rows.map(({ id }) => id));
  }

  private async addModels(keyId: string, modelIds: readonly string[]): Promise<void> {
    await this.work.manager.query('INSERT INTO api_key_models (api_key_id, model_id) SELECT $1, unnest($2::text[])', [
      keyId,
      modelIds,
    ]);
  }
}
