import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';

/** What can complete a sign-in that waits for a second factor. */
export const SECOND_FACTORS = ['totp', 'passkey', 'backup-code'] as const;
export type SecondFactor = (typeof SECOND_FACTORS)[number];

/** Knows which second factors people have. */
@Injectable()
export class SecondFactors {
  constructor(private readonly work: UnitOfWork) {}

  /** What somebody may show as a second factor; nothing for whoever has none. */
  async of(userId: string): Promise<SecondFactor[]> {
    const rows: Record<SecondFactor, boolean>[] = await this.work.manager.query(
      `SELECT EXISTS (SELECT FROM totp_factors WHERE user_id = $1 AND enabled_at IS NOT NULL) AS totp,
              EXISTS (SELECT FROM passkeys WHERE user_id = $1) AS passkey,
              EXISTS (SELECT FROM backup_codes WHERE user_id = $1 AND used_at IS NULL) AS "backup-code"`,
      [userId],
    );
    const found = SECOND_FACTORS.filter((factor) => rows[0]?.[factor] === true);
    // Codes stand in for a factor and are none by themselves.
    return found.some((factor) => factor !== 'backup-code') ? found : [];
  }
}

/**
 * Whether these methods (RFC 8176) are two factors: a one-time code comes after something else, and a key on a device is
 * the second where its owner also gave a password or was recognised by the device.
 */
export function areTwoFactors(methods: readonly string[]): boolean {
  return methods.includes('otp') || (methods.includes('hwk') && methods.length > 1);
}
