import { Injectable } from '@nestjs/common';
import type { Sealed } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';

/** What a credential is for. */
export type CredentialKind = 'provider-key' | 'tool';

/** What may be shown of a credential. */
export interface CredentialFacts {
  readonly name: string;
  readonly expiresAt: Date | null;
}

/** A credential on its way into the database. */
export interface NewCredential extends CredentialFacts {
  readonly id: string;
  readonly userId: string;
  readonly kind: CredentialKind;
  readonly sealed: Sealed;
}

const ALIVE = '(expires_at IS NULL OR expires_at > $3)';

/** The questions about the credentials that people keep. The owner is part of each; what has expired is not there. */
@Injectable()
export class CredentialsRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** Puts it in the place of the one of that name. The id changes with the value, which is sealed to it. */
  async save({ id, userId, kind, name, sealed, expiresAt }: NewCredential): Promise<void> {
    await this.work.manager.query(
      `INSERT INTO user_credentials (id, user_id, kind, name, sealed_value, sealed_with, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (user_id, kind, name) DO UPDATE
          SET id = excluded.id, sealed_value = excluded.sealed_value, sealed_with = excluded.sealed_with,
              expires_at = excluded.expires_at, updated_at = now()`,
      [id, userId, kind, name, sealed.box, sealed.keyId, expiresAt],
    );
  }

  /** Within a transaction: until it ends, nobody else counts or adds credentials of that person. */
  async lockOwner(userId: string): Promise<void> {
    await this.work.manager.query('SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE', [userId]);
  }

  /** In the order of their names. */
  list(userId: string, kind: CredentialKind, now: Date): Promise<CredentialFacts[]> {
    return this.work.manager.query(
      `SELECT name, expires_at AS "expiresAt" FROM user_credentials
        WHERE user_id = $1 AND kind = $2 AND ${ALIVE} ORDER BY name`,
      [userId, kind, now],
    );
  }

  async exists(userId: string, kind: CredentialKind, name: string, now: Date): Promise<boolean> {
    const rows: unknown[] = await this.work.manager.query(
      `SELECT 1 FROM user_credentials WHERE user_id = $1 AND kind = $2 AND ${ALIVE} AND name = $4`,
      [userId, kind, now, name],
    );
    return rows.length === 1;
  }

  /** One by its name, or all. @returns the names of those that were there */
  async remove(userId: string, kind: CredentialKind, now: Date, name?: string): Promise<string[]> {
    const [removed] = (await this.work.manager.query(
      `DELETE FROM user_credentials WHERE user_id = $1 AND kind = $2 AND ${ALIVE} AND ($4::text IS NULL OR name = $4)
       RETURNING name`,
      [userId, kind, now, name ?? null],
    )) as [{ name: string }[], number];
    return removed.map((row) => row.name).sort();
  }

  /** @returns how many there were */
  async deleteExpired(now: Date): Promise<number> {
    const [, removed] = (await this.work.manager.query('DELETE FROM user_credentials WHERE expires_at <= $1', [
      now,
    ])) as [unknown, number];
    return removed;
  }
}
