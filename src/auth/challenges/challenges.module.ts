import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ChallengesJobs } from './challenges.jobs.js';
import { ChallengeTokens } from './challenge.tokens.js';
import { SignInChallengeEntity } from './sign-in-challenge.entity.js';
import { SignInChallengesRepository } from './sign-in-challenges.repository.js';
import { SignInChallenges } from './sign-in.challenges.js';

/** Sign-ins that wait for a second factor. */
@Module({
  imports: [TypeOrmModule.forFeature([SignInChallengeEntity])],
  providers: [ChallengesJobs, ChallengeTokens, SignInChallenges, SignInChallengesRepository],
  exports: [SignInChallenges],
})
export class ChallengesModule {}
