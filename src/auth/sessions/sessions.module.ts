import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../../users/users.module.js';
import { AccessTokens } from './access-token.js';
import { OriginGuard } from './origin.guard.js';
import { RefreshCookie } from './refresh.cookie.js';
import { RefreshTokens } from './refresh-token.js';
import { SessionAuthenticator } from './session.authenticator.js';
import { SessionEntity } from './session.entity.js';
import { SessionVerifier } from './session.verifier.js';
import { SessionsJobs } from './sessions.jobs.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';

/** Sessions and their tokens, however they were opened. Knows no way of signing in. */
@Module({
  imports: [UsersModule, TypeOrmModule.forFeature([SessionEntity])],
  providers: [
    AccessTokens,
    OriginGuard,
    RefreshCookie,
    RefreshTokens,
    SessionAuthenticator,
    SessionVerifier,
    SessionsJobs,
    SessionsRepository,
    SessionsService,
  ],
  exports: [AccessTokens, OriginGuard, RefreshCookie, SessionAuthenticator, SessionsRepository, SessionsService],
})
export class SessionsModule {}
