import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { MfaDisabled } from '../events/mfa.events.js';
import { FactorChange } from './factor.change.js';
import { mfaErrors } from './mfa.errors.js';
import type { Whence } from '../sessions/whence.decorator.js';
import { type GivenProof, OwnProof } from './own.proof.js';
import { TotpFactor } from './totp.factor.js';

/** Takes one-time codes away from whoever proves that they are theirs. */
@Injectable()
export class MfaRemoval {
  constructor(
    private readonly totp: TotpFactor,
    private readonly proof: OwnProof,
    private readonly change: FactorChange,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /** @throws DomainError mfa_not_on, and as {@link OwnProof.confirm} */
  async disable(actor: Principal, given: GivenProof, whence: Whence): Promise<{ message: string }> {
    const person = personOf(actor);
    if (!(await this.totp.standing(person.userId))) throw mfaErrors.mfa_not_on();
    await this.proof.confirm(person, given, whence);
    await this.work.run(async () => {
      if (!(await this.totp.remove(person.userId))) throw mfaErrors.mfa_not_on();
      await this.change.removed(person, 'otp');
      await this.events.publish(new MfaDisabled(actor, person.userId));
    });
    return { message: 'One-time codes are off. Your other sessions that were opened with one are over.' };
  }
}
