import { Injectable } from '@nestjs/common';
import { OnEvent } from '#libs/events';
import { Mailer } from '#libs/mail';
import { UserUpdated } from '../../users/events/user.events.js';
import { UserDirectory } from '../../users/user.directory.js';
import { PasswordWasReset } from '../events/auth.events.js';
import { IdentityLinked, IdentityUnlinked } from '../events/federation.events.js';
import {
  BackupCodesRegenerated,
  MfaDisabled,
  MfaEnabled,
  PasskeyAdded,
  PasskeyRemoved,
  SecondFactorsReset,
} from '../events/mfa.events.js';
import { PersonalTokenIssued } from '../tokens/events/personal-token.events.js';
import { PasswordChanged } from './events/recovery.events.js';
import { noticeLetter } from './letters.js';

/** Tells people by mail what was done to their account, whoever did it. */
@Injectable()
export class SecurityNotices {
  constructor(
    private readonly users: UserDirectory,
    private readonly mailer: Mailer,
  ) {}

  @OnEvent(PasswordChanged, 'in-transaction')
  onPasswordChanged({ userId }: PasswordChanged): Promise<void> {
    return this.tell(userId, 'The password of your account was changed');
  }

  @OnEvent(PasswordWasReset, 'in-transaction')
  onPasswordReset({ userId }: PasswordWasReset): Promise<void> {
    return this.tell(userId, 'The password of your account was reset');
  }

  @OnEvent(MfaEnabled, 'in-transaction')
  onMfaEnabled({ userId }: MfaEnabled): Promise<void> {
    return this.tell(userId, 'One-time codes are asked for from now on when you sign in to your account');
  }

  @OnEvent(MfaDisabled, 'in-transaction')
  onMfaDisabled({ userId }: MfaDisabled): Promise<void> {
    return this.tell(userId, 'One-time codes are no longer asked for when you sign in to your account');
  }

  @OnEvent(BackupCodesRegenerated, 'in-transaction')
  onBackupCodesRegenerated({ userId }: BackupCodesRegenerated): Promise<void> {
    return this.tell(userId, 'Your account got new backup codes, and the old ones are worthless');
  }

  @OnEvent(PasskeyAdded, 'in-transaction')
  onPasskeyAdded({ userId }: PasskeyAdded): Promise<void> {
    return this.tell(userId, 'A passkey was added to your account');
  }

  @OnEvent(PasskeyRemoved, 'in-transaction')
  onPasskeyRemoved({ userId }: PasskeyRemoved): Promise<void> {
    return this.tell(userId, 'A passkey was removed from your account');
  }

  @OnEvent(SecondFactorsReset, 'in-transaction')
  onSecondFactorsReset({ userId }: SecondFactorsReset): Promise<void> {
    return this.tell(userId, 'An administrator removed second factors of your account');
  }

  @OnEvent(IdentityLinked, 'in-transaction')
  onIdentityLinked({ identity }: IdentityLinked): Promise<void> {
    return this.tell(identity.userId, 'An identity provider can sign in to your account from now on');
  }

  @OnEvent(IdentityUnlinked, 'in-transaction')
  onIdentityUnlinked({ identity }: IdentityUnlinked): Promise<void> {
    return this.tell(identity.userId, 'An identity provider can no longer sign in to your account');
  }

  @OnEvent(PersonalTokenIssued, 'in-transaction')
  onPersonalTokenIssued({ token }: PersonalTokenIssued): Promise<void> {
    return this.tell(token.userId, 'A personal access token was made for your account');
  }

  /** To the old address: who has the new one knows. */
  @OnEvent(UserUpdated, 'in-transaction')
  async onUserUpdated({ before, user }: UserUpdated): Promise<void> {
    if (before.email === user.email || !this.mailer.canMail) return;
    await this.mailer.mail(noticeLetter(before.email, 'The e-mail address of your account was changed'));
  }

  private async tell(userId: string, what: string): Promise<void> {
    const account = this.mailer.canMail ? await this.users.find(userId) : undefined;
    if (account) await this.mailer.mail(noticeLetter(account.email, what));
  }
}
