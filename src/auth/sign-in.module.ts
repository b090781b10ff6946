import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountStanding } from './account.standing.js';
import { AttemptLimits } from './attempt.limits.js';
import { ChallengesJobs } from './challenges/challenges.jobs.js';
import { ChallengeTokens } from './challenges/challenge.tokens.js';
import { SignInChallengeEntity } from './challenges/sign-in-challenge.entity.js';
import { SignInChallengesRepository } from './challenges/sign-in-challenges.repository.js';
import { SignInChallenges } from './challenges/sign-in.challenges.js';
import { ViolationsModule } from './protection/violations/violations.module.js';
import { SecondFactorsModule } from './second-factors/second-factors.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { SignInAnswer } from './sign-in.answer.js';
import { SignInGate } from './sign-in.gate.js';

/** The gate that every way of signing in leads through; each way is a module that imports this one. */
@Module({
  imports: [ViolationsModule, SessionsModule, SecondFactorsModule, TypeOrmModule.forFeature([SignInChallengeEntity])],
  providers: [
    AccountStanding,
    AttemptLimits,
    ChallengesJobs,
    ChallengeTokens,
    SignInAnswer,
    SignInChallenges,
    SignInChallengesRepository,
    SignInGate,
  ],
  exports: [AttemptLimits, SecondFactorsModule, SessionsModule, SignInAnswer, SignInChallenges, SignInGate],
})
export class SignInModule {}
