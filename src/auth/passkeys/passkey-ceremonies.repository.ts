import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';

/** What a challenge is for. */
export interface Ceremony {
  readonly purpose: 'register' | 'sign-in' | 'second-factor' | 'reauthenticate';
  /** The session or the sign-in of whoever is asked; left out for somebody who is not known yet. */
  readonly boundTo?: string;
}

/** Every question to the table of challenges for passkeys. */
@Injectable()
export class PasskeyCeremoniesRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** Takes the place of the challenge that it was bound to before. */
  async begin(challenge: string, { purpose, boundTo }: Ceremony, expiresAt: Date): Promise<void> {
    await this.work.manager.query(
      `INSERT INTO passkey_ceremonies (challenge, purpose, bound_to, expires_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (purpose, bound_to) DO UPDATE
          SET challenge = excluded.challenge, expires_at = excluded.expires_at`,
      [challenge, purpose, boundTo ?? null, expiresAt],
    );
  }

  /** @returns false when there is no such challenge, or it was answered already */
  async end(challenge: string, { purpose, boundTo }: Ceremony, now: Date): Promise<boolean> {
    const [rows]: [unknown[], number] = await this.work.manager.query(
      `DELETE FROM passkey_ceremonies
        WHERE challenge = $1 AND purpose = $2 AND bound_to IS NOT DISTINCT FROM $3::uuid AND expires_at > $4
       RETURNING challenge`,
      [challenge, purpose, boundTo ?? null, now],
    );
    return rows.length > 0;
  }

  /** @returns how many there were */
  async deleteExpired(now: Date): Promise<number> {
    const [, removed]: [unknown[], number] = await this.work.manager.query(
      'DELETE FROM passkey_ceremonies WHERE expires_at < $1',
      [now],
    );
    return removed;
  }
}
