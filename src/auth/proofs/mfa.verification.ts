import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { UserDirectory } from '../../users/user.directory.js';
import { SignInChallenges } from '../challenges/sign-in.challenges.js';
import { SecondFactorFailed } from '../events/mfa.events.js';
import { mfaErrors } from '../mfa/mfa.errors.js';
import { type Admission, type AuthenticationMethod, SignInGate } from '../sign-in.gate.js';
import type { VerifyMfaDto } from './dto/proofs.request.dto.js';
import { SecondProofs } from './second.proofs.js';

/** Completes a sign-in that waits for a second factor, on whatever replica it began. */
@Injectable()
export class MfaVerification {
  constructor(
    private readonly challenges: SignInChallenges,
    private readonly proofs: SecondProofs,
    private readonly users: UserDirectory,
    private readonly gate: SignInGate,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /** @throws DomainError challenge_ended */
  async passkeyOptions(challengeToken: string): Promise<{ options: object }> {
    const challenge = await this.challenges.find(challengeToken);
    if (!challenge) throw mfaErrors.challenge_ended();
    return { options: await this.proofs.options({ id: challenge.userId }, challenge.id) };
  }

  /** @throws DomainError proof_required, challenge_ended, second_factor_rejected, account_locked */
  async verify(actor: Principal, { challengeToken, ...proof }: VerifyMfaDto): Promise<Admission> {
    this.proofs.mustBeOne(proof);
    const challenge = await this.challenges.find(challengeToken);
    if (!challenge || !(await this.challenges.mayTry(challenge.id))) throw mfaErrors.challenge_ended();
    const account = await this.users.find(challenge.userId);
    if (account?.status !== 'active') throw mfaErrors.challenge_ended();
    const proved = await this.proofs.accept(actor, account, challenge.id, proof);
    if (!proved) {
      await this.events.publish(new SecondFactorFailed(actor, account.id));
      throw mfaErrors.second_factor_rejected();
    }
    return this.work.run(async () => {
      // In the order in which a reset of the password locks: the account, then its challenges.
      const methods = [...(challenge.methods as AuthenticationMethod[]), ...proved];
      const admission = await this.gate.admit(actor, account, methods);
      if (!(await this.challenges.take(challenge.id))) throw mfaErrors.challenge_ended();
      return admission;
    });
  }
}
