import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { AttemptLimits } from './attempt.limits.js';
import { ChallengesModule } from './challenges/challenges.module.js';
import { ViolationsModule } from './protection/violations/violations.module.js';
import { SecondFactorsModule } from './second-factors/second-factors.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { SignInAnswer } from './sign-in.answer.js';
import { SignInEligibility } from './sign-in.eligibility.js';
import { SignInGate } from './sign-in.gate.js';
import { WaysIn } from './ways.in.js';

/** The gate that every way of signing in leads through; each way is a module that imports this one. */
@Module({
  imports: [ViolationsModule, SessionsModule, SecondFactorsModule, ChallengesModule, UsersModule],
  providers: [AttemptLimits, SignInAnswer, SignInEligibility, SignInGate, WaysIn],
  exports: [AttemptLimits, SecondFactorsModule, SessionsModule, SignInAnswer, ChallengesModule, SignInGate, WaysIn],
})
export class SignInModule {}
