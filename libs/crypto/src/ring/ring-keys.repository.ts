import { Injectable } from '@nestjs/common';
import { ADVISORY_LOCKS, UnitOfWork } from '#libs/database';
import type { Sealed } from '../sealed-box.js';
import type { KeyPurpose } from './key-source.js';

/** A key as the database keeps it: sealed under the key of the configuration. */
export interface RingKeyRow {
  readonly id: string;
  readonly purpose: KeyPurpose;
  readonly sealed: Sealed;
  readonly usableFrom: Date;
}

/** Every question to the table of keys. */
@Injectable()
export class RingKeysRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** Until the transaction ends, nobody else makes or removes keys. */
  async lock(): Promise<void> {
    await this.work.manager.query('SELECT pg_advisory_xact_lock($1, 0)', [ADVISORY_LOCKS.keyRing]);
  }

  /** The newest first. */
  async list(): Promise<RingKeyRow[]> {
    const rows: (Omit<RingKeyRow, 'sealed'> & Sealed)[] = await this.work.manager.query(
      `SELECT id, purpose, sealed_secret AS box, sealed_with AS "keyId", usable_from AS "usableFrom"
         FROM ring_keys ORDER BY usable_from DESC, id`,
    );
    return rows.map(({ box, keyId, ...row }) => ({ ...row, sealed: { box, keyId } }));
  }

  async insert({ id, purpose, sealed, usableFrom }: RingKeyRow): Promise<void> {
    await this.work.manager.query(
      'INSERT INTO ring_keys (id, purpose, sealed_secret, sealed_with, usable_from) VALUES ($1, $2, $3, $4, $5)',
      [id, purpose, sealed.box, sealed.keyId, usableFrom],
    );
  }

  async reseal(id: string, { box, keyId }: Sealed): Promise<void> {
    await this.work.manager.query('UPDATE ring_keys SET sealed_secret = $2, sealed_with = $3 WHERE id = $1', [
      id,
      box,
      keyId,
    ]);
  }

  async delete(ids: readonly string[]): Promise<void> {
    await this.work.manager.query('DELETE FROM ring_keys WHERE id = ANY($1)', [ids]);
  }
}
