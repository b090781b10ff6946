import { Module } from '@nestjs/common';
import { UsersModule } from '../../users/users.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { PasswordHasher } from './password.hasher.js';
import { PasswordReset } from './password.reset.js';

@Module({
  imports: [UsersModule, SessionsModule],
  providers: [PasswordHasher, PasswordReset],
  exports: [PasswordHasher, PasswordReset],
})
export class PasswordsModule {}
