import { Injectable } from '@nestjs/common';
import { defineSealed, placeIn, type Sealed, type SealedPlace } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';
import { newId } from '#libs/kernel';

/** What is remembered of a key of the environment: enough to know it again, not to use it. */
export interface KeyMark {
  readonly fingerprint: Buffer;
  readonly hint: string;
}

export interface ProviderKeyRow {
  readonly id: string;
  readonly providerId: string;
  readonly source: 'environment' | 'admin';
  readonly label: string | null;
  readonly maskedValue: string;
  readonly enabled: boolean;
  readonly createdAt: Date;
}

/** A key of an administrator, on its way into the database. */
export interface NewProviderKey extends KeyMark {
  readonly id: string;
  readonly providerId: string;
  readonly label: string | null;
  readonly sealed: Sealed;
}

/** A key as the pool reads it; without a box it is one of the environment. */
export interface PoolKeyRow {
  readonly id: string;
  readonly providerId: string;
  readonly enabled: boolean;
  readonly box: Buffer | null;
  readonly keyId: string | null;
}

const COLUMNS = `id, provider_id AS "providerId", source, label, hint AS "maskedValue", enabled,
  created_at AS "createdAt"`;
const VALUE = defineSealed({ table: 'provider_keys', column: 'sealed_value', keyColumn: 'sealed_with' });

/** Where the value of a key is sealed. */
export function placeOf(id: string): SealedPlace {
  return placeIn(VALUE, id);
}

/** The questions about the keys of providers. The owner's id is part of each that an administrator asks. */
@Injectable()
export class ProviderKeysRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** Of the environment. @returns the key's id, the same at every start */
  async upsert(providerId: string, { fingerprint, hint }: KeyMark): Promise<string> {
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

  /** Every key of every provider, in the order in which they take turns. */
  async forPool(): Promise<PoolKeyRow[]> {
    return this.work.manager.query(
      `SELECT id, provider_id AS "providerId", enabled, sealed_value AS box, sealed_with AS "keyId"
         FROM provider_keys ORDER BY id`,
    );
  }

  async list(providerId: string): Promise<ProviderKeyRow[]> {
    return this.work.manager.query(`SELECT ${COLUMNS} FROM provider_keys WHERE provider_id = $1 ORDER BY id`, [
      providerId,
    ]);
  }

  async find(providerId: string, id: string): Promise<ProviderKeyRow | undefined> {
    const rows: ProviderKeyRow[] = await this.work.manager.query(
      `SELECT ${COLUMNS} FROM provider_keys WHERE provider_id = $1 AND id = $2`,
      [providerId, id],
    );
    return rows[0];
  }

  /** @returns false when the provider has the key already */
  async insert({ id, providerId, fingerprint, hint, label, sealed }: NewProviderKey): Promise<boolean> {
    const rows: unknown[] = await this.work.manager.query(
      `INSERT INTO provider_keys (id, provider_id, fingerprint, hint, label, source, sealed_value, sealed_with)
       VALUES ($1, $2, $3, $4, $5, 'admin', $6, $7)
       ON CONFLICT (provider_id, fingerprint) DO NOTHING RETURNING id`,
      [id, providerId, fingerprint, hint, label, sealed.box, sealed.keyId],
    );
    return rows.length > 0;
  }

  async update({ id, providerId, label, enabled }: Pick<ProviderKeyRow, 'id' | 'providerId' | 'label' | 'enabled'>) {
    await this.work.manager.query(
      'UPDATE provider_keys SET label = $3, enabled = $4, updated_at = now() WHERE provider_id = $1 AND id = $2',
      [providerId, id, label, enabled],
    );
  }

  async delete(providerId: string, id: string): Promise<void> {
    await this.work.manager.query('DELETE FROM provider_keys WHERE provider_id = $1 AND id = $2', [providerId, id]);
  }

  async count(providerId: string): Promise<number> {
    const rows: { count: number }[] = await this.work.manager.query(
      'SELECT count(*)::integer AS count FROM provider_keys WHERE provider_id = $1',
      [providerId],
    );
    return rows[0]?.count ?? 0;
  }
}
