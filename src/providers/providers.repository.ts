import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { newId } from '#libs/kernel';
import type { ConfiguredProvider } from './configured-providers.js';

/** How a provider's catalogue stands, as the last synchronisation of any replica left it. */
export interface ProviderState {
  readonly id: string;
  readonly slug: string;
  /** False for a provider that was configured once and is not any more. */
  readonly enabled: boolean;
  readonly lastSyncedAt: Date | null;
  /** One safe sentence; null after a success. */
  readonly lastSyncError: string | null;
}

/** What is remembered of a key: enough to know it again, not to use it. */
export interface KeyMark {
  readonly fingerprint: Buffer;
  readonly hint: string;
}

/** The questions about providers and the marks of their keys. */
@Injectable()
export class ProvidersRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** @returns the provider's id, the same at every start */
  async upsert({ slug, kind, baseUrl }: ConfiguredProvider): Promise<string> {
    await this.work.manager.query(
      `INSERT INTO providers (id, slug, kind, base_url) VALUES ($1, $2, $3, $4)
       ON CONFLICT (slug) DO UPDATE SET kind = $3, base_url = $4, enabled = true, updated_at = now()
         WHERE (providers.kind, providers.base_url, providers.enabled) IS DISTINCT FROM ($3, $4, true)`,
      [newId(), slug, kind, baseUrl],
    );
    const rows: { id: string }[] = await this.work.manager.query('SELECT id FROM providers WHERE slug = $1', [slug]);
    return rows[0]?.id ?? '';
  }

  /** @returns the key's id, the same at every start */
  async upsertKey(providerId: string, { fingerprint, hint }: KeyMark): Promise<string> {
    await this.work.manager.query(
      `INSERT INTO provider_keys (id, provider_id, fingerprint, hint) VALUES ($1, $2, $3, $4)
       ON CONFLICT (provider_id, fingerprint) DO NOTHING`,
      [newId(), providerId, fingerprint, hint],
    );
    const rows: { id: string }[] = await this.work.manager.query(
      'SELECT id FROM provider_keys WHERE provider_id = $1 AND fingerprint = $2',
      [providerId, fingerprint],
    );
    return rows[0]?.id ?? '';
  }

  async disableAllBut(slugs: readonly string[]): Promise<void> {
    await this.work.manager.query(
      'UPDATE providers SET enabled = false, updated_at = now() WHERE enabled AND slug <> ALL ($1)',
      [slugs],
    );
  }

  async states(): Promise<ProviderState[]> {
    return this.work.manager.query(
      `SELECT id, slug, enabled, last_synced_at AS "lastSyncedAt", last_sync_error AS "lastSyncError"
         FROM providers ORDER BY id`,
    );
  }

  async noteSynced(id: string): Promise<void> {
    await this.work.manager.query('UPDATE providers SET last_synced_at = now(), last_sync_error = NULL WHERE id = $1', [
      id,
    ]);
  }

  async noteSyncFailed(id: string, reason: string): Promise<void> {
    await this.work.manager.query('UPDATE providers SET last_sync_error = $2 WHERE id = $1', [id, reason]);
  }
}
