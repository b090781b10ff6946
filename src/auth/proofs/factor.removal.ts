import { Injectable } from '@nestjs/common';
import { BackupCodes } from '../mfa/backup.codes.js';
import { TotpFactor } from '../mfa/totp.factor.js';
import { PasskeysRepository } from '../passkeys/passkeys.repository.js';
import { type SecondFactor, SecondFactors } from '../second-factors/second.factors.js';

/** Takes second factors away from somebody who has lost them. */
@Injectable()
export class FactorRemoval {
  constructor(
    private readonly factors: SecondFactors,
    private readonly totp: TotpFactor,
    private readonly passkeys: PasskeysRepository,
    private readonly backupCodes: BackupCodes,
  ) {}

  /**
   * Within a transaction. Backup codes, which stand in for another factor, go with the last one.
   *
   * @returns what there was of these kinds
   */
  async remove(userId: string, kinds: readonly SecondFactor[]): Promise<SecondFactor[]> {
    await this.passkeys.lockOwner(userId);
    const removed = (await this.factors.of(userId)).filter((factor) => kinds.includes(factor));
    if (removed.includes('totp')) await this.totp.remove(userId);
    if (removed.includes('passkey')) await this.passkeys.deleteAllOf(userId);
    const isNoneLeft = (await this.factors.of(userId)).length === 0;
    if (removed.includes('backup-code') || isNoneLeft) await this.backupCodes.remove(userId);
    return removed;
  }
}
