import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../../users/users.module.js';
import { SecondFactorsModule } from '../second-factors/second-factors.module.js';
import { SigningModule } from '../signing/signing.module.js';
import { PersonalTokensModule } from '../tokens/personal-tokens.module.js';
import { AccessTokens } from './access-token.js';
import { AdminSessionsController } from './admin-sessions.controller.js';
import { CsrfGuard } from './csrf.guard.js';
import { CsrfTokens } from './csrf.tokens.js';
import { KnownDevicesRepository } from './known-devices.repository.js';
import { KnownDevices } from './known.devices.js';
import { OriginGuard } from './origin.guard.js';
import { RefreshCookie } from './refresh.cookie.js';
import { RefreshTokens } from './refresh-token.js';
import { SessionAdministration } from './session.administration.js';
import { SessionAuthenticator } from './session.authenticator.js';
import { SessionEntity } from './session.entity.js';
import { SessionKeeper } from './session.keeper.js';
import { SessionProofs } from './session.proofs.js';
import { SessionReader } from './session.reader.js';
import { SessionTerms } from './session.terms.js';
import { SessionVerifier } from './session.verifier.js';
import { ShutAccounts } from './shut.accounts.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsJobs } from './sessions.jobs.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';

/** Sessions and their tokens from beginning to end, however they were opened. Knows no way of signing in. */
@Module({
  imports: [
    UsersModule,
    SecondFactorsModule,
    SigningModule,
    PersonalTokensModule,
    TypeOrmModule.forFeature([SessionEntity]),
  ],
  controllers: [SessionsController, AdminSessionsController],
  providers: [
    AccessTokens,
    CsrfGuard,
    CsrfTokens,
    KnownDevices,
    KnownDevicesRepository,
    OriginGuard,
    RefreshCookie,
    RefreshTokens,
    SessionAdministration,
    SessionAuthenticator,
    SessionKeeper,
    SessionProofs,
    SessionReader,
    SessionTerms,
    ShutAccounts,
    SessionVerifier,
    SessionsJobs,
    SessionsRepository,
    SessionsService,
  ],
  exports: [
    AccessTokens,
    CsrfGuard,
    CsrfTokens,
    KnownDevices,
    KnownDevicesRepository,
    OriginGuard,
    RefreshCookie,
    RefreshTokens,
    SessionAuthenticator,
    SessionKeeper,
    SessionProofs,
    SessionReader,
    SessionVerifier,
    SessionsRepository,
    SessionsService,
  ],
})
export class SessionsModule {}
