import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { type SecondFactor, SecondFactors } from '../second-factors/second.factors.js';
import { BackupCodes } from './backup.codes.js';
import { TotpFactor } from './totp.factor.js';

/** How somebody's second factors stand. */
export interface MfaStanding {
  readonly enabled: boolean;
  readonly methods: readonly SecondFactor[];
  readonly backupCodesLeft: number;
  readonly totpEnabledAt: Date | null;
  readonly totpLastUsedAt: Date | null;
}

/** Tells people how their second factors stand. */
@Injectable()
export class MfaStatus {
  constructor(
    private readonly factors: SecondFactors,
    private readonly totp: TotpFactor,
    private readonly codes: BackupCodes,
  ) {}

  async of(actor: Principal): Promise<MfaStanding> {
    const { userId } = personOf(actor);
    const [methods, totp, backupCodesLeft] = await Promise.all([
      this.factors.of(userId),
      this.totp.standing(userId),
      this.codes.left(userId),
    ]);
    const { enabledAt = null, lastUsedAt = null } = totp ?? {};
    return {
      enabled: methods.length > 0,
      methods,
      backupCodesLeft,
      totpEnabledAt: enabledAt,
      totpLastUsedAt: lastUsedAt,
    };
  }
}
