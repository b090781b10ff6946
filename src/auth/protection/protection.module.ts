import { Module } from '@nestjs/common';
import { UsersModule } from '../../users/users.module.js';
import { FederationModule } from '../federation/federation.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SignInModule } from '../sign-in.module.js';
import { AccountLockout } from './account.lockout.js';
import { AdminLockoutController } from './admin-lockout.controller.js';
import { LockoutAdministration } from './lockout.administration.js';
import { LockoutRelease } from './lockout.release.js';
import { OwnPassword } from './own.password.js';
import { PasswordCheck } from './password.check.js';
import { ProtectionJobs } from './protection.jobs.js';
import { SignInFailuresRepository } from './sign-in-failures.repository.js';

/** What keeps guessers out. */
@Module({
  imports: [UsersModule, FederationModule, SessionsModule, SignInModule, PasswordsModule],
  controllers: [AdminLockoutController],
  providers: [
    AccountLockout,
    LockoutAdministration,
    LockoutRelease,
    OwnPassword,
    PasswordCheck,
    ProtectionJobs,
    SignInFailuresRepository,
  ],
  exports: [AccountLockout, OwnPassword, PasswordCheck],
})
export class ProtectionModule {}
