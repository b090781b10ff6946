import { Injectable } from '@nestjs/common';
import { Duties } from '#libs/access';
import { Config } from '#libs/config';
import { OnEvent } from '#libs/events';
import { AccountReclaimed } from '../../users/events/user.events.js';
import { FactorsChanged } from '../events/mfa.events.js';
import { mfaConfig } from './mfa.config.js';

const ADMINISTRATORS: ReadonlySet<string> = new Set(['admin', 'admin-readonly']);

/** Lets nobody administer the house with a password alone, where the configuration says so. */
@Injectable()
export class AdminMfaDuty {
  constructor(
    private readonly duties: Duties,
    config: Config,
  ) {
    const isRequired = config.get(mfaConfig).requireForAdmins ?? config.profile === 'production';
    duties.register('mfa-setup', ({ role, hasSecondFactor }) => {
      return isRequired && ADMINISTRATORS.has(role) && !hasSecondFactor;
    });
  }

  /** Also for whoever owes nothing: what their proof is worth has changed. */
  @OnEvent(FactorsChanged, 'after-commit')
  onFactorsChanged({ userId }: FactorsChanged): void {
    this.duties.changed(userId);
  }

  @OnEvent(AccountReclaimed, 'after-commit')
  onAccountReclaimed({ userId }: AccountReclaimed): void {
    this.duties.changed(userId);
  }
}
