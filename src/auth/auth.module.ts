import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { type ConfigOf, InjectConfig, PublicConfig } from '#libs/config';
import { UsersModule } from '../users/users.module.js';
import { AccessTokens } from './sessions/access-token.js';
import { AttemptLimits } from './attempt.limits.js';
import { authConfig } from './auth.config.js';
import { AuthController } from './auth.controller.js';
import { FirstAdministrator } from './first-administrator.js';
import { MockSignInService } from './mock-sign-in.service.js';
import { OriginGuard } from './sessions/origin.guard.js';
import { PasswordHasher } from './passwords/password.hasher.js';
import { PasswordReset } from './passwords/password.reset.js';
import { RefreshCookie } from './sessions/refresh.cookie.js';
import { RefreshTokens } from './sessions/refresh-token.js';
import { RegistrationService } from './registration.service.js';
import { SessionAuthenticator } from './sessions/session.authenticator.js';
import { SessionEntity } from './sessions/session.entity.js';
import { SessionVerifier } from './sessions/session.verifier.js';
import { SessionsJobs } from './sessions/sessions.jobs.js';
import { SessionsRepository } from './sessions/sessions.repository.js';
import { SessionsService } from './sessions/sessions.service.js';
import { SignInGate } from './sign-in.gate.js';
import { SignInService } from './sign-in.service.js';

@Module({
  imports: [UsersModule, TypeOrmModule.forFeature([SessionEntity])],
  controllers: [AuthController],
  providers: [
    AccessTokens,
    AttemptLimits,
    FirstAdministrator,
    MockSignInService,
    OriginGuard,
    PasswordHasher,
    PasswordReset,
    RefreshCookie,
    RefreshTokens,
    RegistrationService,
    SessionAuthenticator,
    SessionVerifier,
    SessionsJobs,
    SessionsRepository,
    SessionsService,
    SignInGate,
    SignInService,
  ],
  exports: [SessionAuthenticator, FirstAdministrator, PasswordReset],
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
