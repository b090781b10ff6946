import { Module } from '@nestjs/common';
import { ConfigError, type ConfigOf, InjectConfig, PublicConfig } from '#libs/config';
import { Mailer } from '#libs/mail';
import { UsersModule } from '../../users/users.module.js';
import { OneTimeLinksModule } from '../links/one-time-links.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { SignInModule } from '../sign-in.module.js';
import { EmailVerification } from './email.verification.js';
import { PasswordChange } from './password.change.js';
import { PasswordRecovery } from './password.recovery.js';
import { PasswordResetLetters } from './password-reset.letters.js';
import { ProtectionModule } from '../protection/protection.module.js';
import { registrationConfig } from '../registration/registration.config.js';
import { RecoveryController } from './recovery.controller.js';
import { RecoveryRequests } from './recovery.requests.js';
import { SecurityNotices } from './security.notices.js';
import { VerificationLetters } from './verification.letters.js';

/** How people get back into their account, and show that its address is theirs. */
@Module({
  imports: [UsersModule, OneTimeLinksModule, PasswordsModule, ProtectionModule, SignInModule],
  controllers: [RecoveryController],
  providers: [
    EmailVerification,
    PasswordChange,
    PasswordRecovery,
    PasswordResetLetters,
    RecoveryRequests,
    SecurityNotices,
    VerificationLetters,
  ],
})
export class RecoveryModule {
  /** @throws ConfigError where nobody new could ever get in */
  constructor(
    mailer: Mailer,
    facts: PublicConfig,
    @InjectConfig(registrationConfig) { allowUnverifiedSignIn }: ConfigOf<typeof registrationConfig>,
  ) {
    if (!allowUnverifiedSignIn && !mailer.canMail) {
      const rule = 'must not be false where no mail is sent, by which addresses are verified: set SMTP_URL';
      throw new ConfigError([{ variable: 'ALLOW_UNVERIFIED_EMAIL_LOGIN', rule }]);
    }
    facts.contribute({ features: { passwordReset: mailer.canMail } });
  }
}
