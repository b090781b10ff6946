import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../../users/users.module.js';
import { SecondFactorsModule } from '../second-factors/second-factors.module.js';
import { PersonalTokenEntity } from './personal-token.entity.js';
import { PersonalTokenSecrets } from './personal-token.secrets.js';
import { PersonalTokenVerifier } from './personal-token.verifier.js';
import { PersonalTokensCare } from './personal-tokens.care.js';
import { PersonalTokensController } from './personal-tokens.controller.js';
import { PersonalTokensRepository } from './personal-tokens.repository.js';
import { PersonalTokensService } from './personal-tokens.service.js';
import { TokenOwners } from './token.owners.js';

/** Personal access tokens, from beginning to end. Knows no way of signing in. */
@Module({
  imports: [UsersModule, SecondFactorsModule, TypeOrmModule.forFeature([PersonalTokenEntity])],
  controllers: [PersonalTokensController],
  providers: [
    PersonalTokenSecrets,
    PersonalTokenVerifier,
    PersonalTokensCare,
    PersonalTokensRepository,
    PersonalTokensService,
    TokenOwners,
  ],
  exports: [PersonalTokenVerifier, PersonalTokensService, TokenOwners],
})
export class PersonalTokensModule {}
