import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';

/**
 * Every question to the table of devices that people use. A fingerprint is given as everything that may be stored of
 * it, the present form first.
 */
@Injectable()
export class KnownDevicesRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** @returns whether it was known, and whether any was */
  async note(
    userId: string,
    fingerprints: readonly Buffer[],
    now: Date,
  ): Promise<{ wasKnown: boolean; knewAny: boolean }> {
    const rows: { wasKnown: boolean; knewAny: boolean }[] = await this.work.manager.query(
      `SELECT count(*) FILTER (WHERE fingerprint = ANY($2)) > 0 AS "wasKnown", count(*) > 0 AS "knewAny"
         FROM known_devices WHERE user_id = $1`,
      [userId, fingerprints],
    );
    await this.work.manager.query(
      `INSERT INTO known_devices (user_id, fingerprint, seen_at) VALUES ($1, $2, $3)
       ON CONFLICT (user_id, fingerprint) DO UPDATE SET seen_at = excluded.seen_at`,
      [userId, fingerprints[0], now],
    );
    return rows[0] ?? { wasKnown: false, knewAny: false };
  }

  async exists(userId: string, fingerprints: readonly Buffer[]): Promise<boolean> {
    const rows: unknown[] = await this.work.manager.query(
      'SELECT 1 FROM known_devices WHERE user_id = $1 AND fingerprint = ANY($2)',
      [userId, fingerprints],
    );
    return rows.length > 0;
  }

  async deleteBefore(seenAt: Date): Promise<void> {
    await this.work.manager.query('DELETE FROM known_devices WHERE seen_at < $1', [seenAt]);
  }
}
