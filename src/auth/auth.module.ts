import { Module } from '@nestjs/common';
import { type ConfigOf, InjectConfig, PublicConfig } from '#libs/config';
import { UsersModule } from '../users/users.module.js';
import { authConfig } from './auth.config.js';
import { AuthController } from './auth.controller.js';
import { FirstAdministrator } from './first-administrator.js';
import { MockSignInService } from './mock-sign-in.service.js';
import { PasswordHasher } from './passwords/password.hasher.js';
import { PasswordReset } from './passwords/password.reset.js';
import { RegistrationService } from './registration.service.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { SignInModule } from './sign-in.module.js';
import { SignInService } from './sign-in.service.js';

@Module({
  imports: [UsersModule, SessionsModule, SignInModule],
  controllers: [AuthController],
  providers: [FirstAdministrator, MockSignInService, PasswordHasher, PasswordReset, RegistrationService, SignInService],
  exports: [SessionsModule, FirstAdministrator, PasswordReset],
})
export class AuthModule {
  constructor(
    facts: PublicConfig,
    @InjectConfig(authConfig) { allowRegistration, mockAuth }: ConfigOf<typeof authConfig>,
  ) {
    facts.contribute({
      loginMethods: mockAuth ? ['password', 'mock'] : ['password'],
      registrationOpen: allowRegistration,
    });
  }
}
