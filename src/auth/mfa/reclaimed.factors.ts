import { Injectable } from '@nestjs/common';
import { OnEvent } from '#libs/events';
import { AccountReclaimed } from '../../users/events/user.events.js';
import { BackupCodes } from './backup.codes.js';
import { TotpFactor } from './totp.factor.js';

/** Takes the one-time codes away that a stranger may have set up. */
@Injectable()
export class ReclaimedFactors {
  constructor(
    private readonly totp: TotpFactor,
    private readonly backupCodes: BackupCodes,
  ) {}

  @OnEvent(AccountReclaimed, 'in-transaction')
  async onAccountReclaimed({ userId }: AccountReclaimed): Promise<void> {
    await this.totp.remove(userId);
    await this.backupCodes.remove(userId);
  }
}
