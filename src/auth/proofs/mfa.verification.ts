import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { UserDirectory } from '../../users/user.directory.js';
import { SignInChallenges } from '../challenges/sign-in.challenges.js';
import { SecondFactorFailed } from '../events/mfa.events.js';
import { CodeCheck } from '../mfa/code.check.js';
import { mfaErrors } from '../mfa/mfa.errors.js';
import { type Admission, type AuthenticationMethod, SignInGate } from '../sign-in.gate.js';
import type { VerifyMfaDto } from './dto/proofs.request.dto.js';

/** Completes a sign-in that waits for a second factor, on whatever replica it began. */
@Injectable()
export class MfaVerification {
  constructor(
    private readonly challenges: SignInChallenges,
    private readonly codes: CodeCheck,
    private readonly users: UserDirectory,
    private readonly gate: SignInGate,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /** @throws DomainError challenge_ended, second_factor_rejected, account_locked */
  async verify(actor: Principal, { challengeToken, code }: VerifyMfaDto): Promise<Admission> {
    const challenge = await this.challenges.find(challengeToken);
    if (!challenge || !(await this.challenges.mayTry(challenge.id))) throw mfaErrors.challenge_ended();
    const account = await this.users.find(challenge.userId);
    if (account?.status !== 'active') throw mfaErrors.challenge_ended();
    if (!(await this.codes.isRight(actor, account, code))) {
      await this.events.publish(new SecondFactorFailed(actor, account.id));
      throw mfaErrors.second_factor_rejected();
    }
    return this.work.run(async () => {
      if (!(await this.challenges.take(challenge.id))) throw mfaErrors.challenge_ended();
      return this.gate.admit(actor, account, [...(challenge.methods as AuthenticationMethod[]), 'otp']);
    });
  }
}
