import { Injectable } from '@nestjs/common';
import { paginateFeed, UnitOfWork } from '#libs/database';
import type { CursorPage } from '#libs/kernel';
import { SignInEntity } from './sign-in.entity.js';

/** Every question about who signed in, and from what. */
@Injectable()
export class SignInsRepository {
  constructor(private readonly work: UnitOfWork) {}

  async insert(signIn: SignInEntity): Promise<void> {
    await this.signIns.insert(signIn);
  }

  /** The newest first. */
  list(userId: string, page: { cursor?: string | undefined; limit: number }): Promise<CursorPage<SignInEntity>> {
    return paginateFeed(this.signIns.createQueryBuilder('signIn').where('signIn.userId = :userId', { userId }), page);
  }

  /**
   * Notes that a person uses a device.
   *
   * @param fingerprints everything that may be stored of it, the present form first
   * @returns whether it was known, and whether any was
   */
  async noteDevice(
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

  /** @returns how many there were */
  async deleteBefore(at: Date): Promise<number> {
    const rows: { n: number }[] = await this.work.manager.query(
      'WITH gone AS (DELETE FROM sign_ins WHERE at < $1 RETURNING 1) SELECT count(*)::int AS n FROM gone',
      [at],
    );
    return rows[0]?.n ?? 0;
  }

  async forgetDevices(before: Date): Promise<void> {
    await this.work.manager.query('DELETE FROM known_devices WHERE seen_at < $1', [before]);
  }

  private get signIns() {
    return this.work.manager.getRepository(SignInEntity);
  }
}
