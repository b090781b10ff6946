import { Injectable } from '@nestjs/common';
import { isUniqueViolation, UnitOfWork } from '#libs/database';
import { newId } from '#libs/kernel';
import type { ConfiguredProvider, ProviderKind } from './configured-providers.js';
import type { RotationStrategy } from './rotation.js';

/** How a provider's catalogue stands, as the last synchronisation of any replica left it. */
export interface ProviderState {
  readonly id: string;
  readonly slug: string;
  /** False for a provider that was configured once and is not any more, and for one that is switched off. */
  readonly enabled: boolean;
  readonly lastSyncedAt: Date | null;
  /** One safe sentence; null after a success. */
  readonly lastSyncError: string | null;
}

export interface ProviderRow extends ProviderState {
  readonly name: string;
  readonly type: ProviderKind;
  readonly baseUrl: string;
  readonly source: 'environment' | 'admin';
  readonly allowPrivate: boolean;
  readonly rotation: RotationStrategy;
  readonly degradedSince: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What administrators decide about a provider. */
export type ProviderDraft = Pick<
  ProviderRow,
  'id' | 'name' | 'slug' | 'type' | 'baseUrl' | 'enabled' | 'allowPrivate' | 'rotation'
>;

const COLUMNS = `id, slug, name, kind AS type, base_url AS "baseUrl", source, enabled, allow_private AS "allowPrivate",
  rotation, degraded_since AS "degradedSince", last_synced_at AS "lastSyncedAt", last_sync_error AS "lastSyncError",
  created_at AS "createdAt", updated_at AS "updatedAt"`;

/** The questions about providers. */
@Injectable()
export class ProvidersRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** @returns the provider's id, the same at every start */
  async upsert({ slug, kind, baseUrl }: ConfiguredProvider): Promise<string> {
    await this.work.manager.query(
      `INSERT INTO providers (id, slug, name, kind, base_url) VALUES ($1, $2, $2, $3, $4)
       ON CONFLICT (slug) DO UPDATE SET kind = $3, base_url = $4, enabled = true, updated_at = now()
         WHERE (providers.kind, providers.base_url, providers.enabled) IS DISTINCT FROM ($3, $4, true)`,
      [newId(), slug, kind, baseUrl],
    );
    const rows: { id: string }[] = await this.work.manager.query('SELECT id FROM providers WHERE slug = $1', [slug]);
    return rows[0]?.id ?? '';
  }

  /** Switches off what the environment does not name any more. */
  async disableAllBut(slugs: readonly string[]): Promise<void> {
    await this.work.manager.query(
      `UPDATE providers SET enabled = false, updated_at = now()
        WHERE source = 'environment' AND enabled AND slug <> ALL ($1)`,
      [slugs],
    );
  }

  /** Every provider, those of the environment first, else in the order in which they were made. */
  async list(): Promise<ProviderRow[]> {
    return this.work.manager.query(`SELECT ${COLUMNS} FROM providers ORDER BY source DESC, created_at, id`);
  }

  async find(id: string): Promise<ProviderRow | undefined> {
    const rows: ProviderRow[] = await this.work.manager.query(`SELECT ${COLUMNS} FROM providers WHERE id = $1`, [id]);
    return rows[0];
  }

  /** Keeps others from changing it until the transaction ends. */
  async findLocked(id: string): Promise<ProviderRow | undefined> {
    const rows: ProviderRow[] = await this.work.manager.query(
      `SELECT ${COLUMNS} FROM providers WHERE id = $1 FOR UPDATE`,
      [id],
    );
    return rows[0];
  }

  /** @returns false when another has the name */
  async insert(draft: ProviderDraft): Promise<boolean> {
    const { id, slug, name, type, baseUrl, allowPrivate, rotation } = draft;
    return this.unlessTaken(
      `INSERT INTO providers (id, slug, name, kind, base_url, allow_private, rotation, source)
       VALUES ($1, $2, $3, $4, $5, $6, $7, 'admin')`,
      [id, slug, name, type, baseUrl, allowPrivate, rotation],
    );
  }

  /** @returns false when another has the name */
  async update({ id, name, baseUrl, enabled, allowPrivate, rotation }: ProviderDraft): Promise<boolean> {
    return this.unlessTaken(
      `UPDATE providers SET name = $2, base_url = $3, enabled = $4, allow_private = $5, rotation = $6, updated_at = now()
        WHERE id = $1`,
      [id, name, baseUrl, enabled, allowPrivate, rotation],
    );
  }

  /** Models keep history, and so do calls: what they refer to stays. */
  async isReferredTo(id: string): Promise<boolean> {
    const rows: { found: boolean }[] = await this.work.manager.query(
      'SELECT EXISTS (SELECT 1 FROM models WHERE provider_id = $1) AS found',
      [id],
    );
    return rows[0]?.found ?? false;
  }

  async delete(id: string): Promise<void> {
    await this.work.manager.query('DELETE FROM providers WHERE id = $1', [id]);
  }

  /** @returns whether it was not degraded before, on any replica */
  async noteDegraded(id: string): Promise<boolean> {
    return this.touched('UPDATE providers SET degraded_since = now() WHERE id = $1 AND degraded_since IS NULL', [id]);
  }

  /** @returns whether it was degraded before */
  async noteRecovered(id: string): Promise<boolean> {
    return this.touched('UPDATE providers SET degraded_since = NULL WHERE id = $1 AND degraded_since IS NOT NULL', [
      id,
    ]);
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

  private async touched(update: string, values: unknown[]): Promise<boolean> {
    const rows: unknown[] = await this.work.manager.query(
      `WITH touched AS (${update} RETURNING 1) SELECT 1 FROM touched`,
      values,
    );
    return rows.length > 0;
  }

  /** A savepoint, so that a name that is taken does not end the transaction. */
  private async unlessTaken(statement: string, values: unknown[]): Promise<boolean> {
    await this.work.manager.query('SAVEPOINT provider');
    try {
      await this.work.manager.query(statement, values);
      return true;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      await this.work.manager.query('ROLLBACK TO SAVEPOINT provider');
      return false;
    }
  }
}
