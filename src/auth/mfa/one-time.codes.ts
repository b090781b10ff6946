import { Injectable } from '@nestjs/common';
import { BackupCodes } from './backup.codes.js';
import { TOTP_CODE } from './totp.js';
import { TotpFactor } from './totp.factor.js';

/** Accepts what people read off an authenticator app or a sheet of backup codes, each code once. */
@Injectable()
export class OneTimeCodes {
  constructor(
    private readonly totp: TotpFactor,
    private readonly backupCodes: BackupCodes,
  ) {}

  accept(userId: string, code: string): Promise<boolean> {
    const text = code.replaceAll(/\s/g, '');
    return TOTP_CODE.test(text) ? this.totp.accept(userId, text) : this.backupCodes.accept(userId, text);
  }
}
