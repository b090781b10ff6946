import { Module } from '@nestjs/common';
import { UsersModule } from '../../users/users.module.js';
import { ChallengesModule } from '../challenges/challenges.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { OneTimeLinksModule } from '../links/one-time-links.module.js';
import { FormerPasswordsRepository } from './former-passwords.repository.js';
import { LooseEnds } from './loose.ends.js';
import { NewPasswords } from './new.passwords.js';
import { HashingThreads } from './hashing.threads.js';
import { PasswordHasher } from './password.hasher.js';
import { PasswordReset } from './password.reset.js';

@Module({
  imports: [UsersModule, SessionsModule, OneTimeLinksModule, ChallengesModule],
  providers: [HashingThreads, FormerPasswordsRepository, LooseEnds, NewPasswords, PasswordHasher, PasswordReset],
  exports: [NewPasswords, PasswordHasher, PasswordReset],
})
export class PasswordsModule {}
