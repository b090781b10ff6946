import { Module } from '@nestjs/common';
import { AttemptLimits } from './attempt.limits.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { SignInGate } from './sign-in.gate.js';

/** The gate that every way of signing in leads through; each way is a module that imports this one. */
@Module({
  imports: [SessionsModule],
  providers: [AttemptLimits, SignInGate],
  exports: [AttemptLimits, SignInGate],
})
export class SignInModule {}
