import { Injectable } from '@nestjs/common';
import { PersonConditions, type UserPrincipal } from '#libs/access';
import { EventBus } from '#libs/events';
import { authErrors } from '../auth.errors.js';
import { SecondFactorFailed } from '../events/mfa.events.js';
import { SecondFactors } from '../second-factors/second.factors.js';
import type { Whence } from '../sessions/whence.decorator.js';
import type { AuthenticationMethod } from '../sign-in.gate.js';
import { CodeCheck } from './code.check.js';
import { mfaErrors } from './mfa.errors.js';
import { OwnPassword } from '../protection/own.password.js';

/** What somebody who is signed in gives as a proof. */
export interface GivenProof {
  readonly password?: string;
  /** Of an authenticator app, or a backup code. */
  readonly code?: string;
}

/** Has people who are signed in prove once more who they are, as strongly as they can. */
@Injectable()
export class OwnProof {
  constructor(
    private readonly password: OwnPassword,
    private readonly codes: CodeCheck,
    private readonly factors: SecondFactors,
    private readonly conditions: PersonConditions,
    private readonly events: EventBus,
  ) {}

  /**
   * Password and code before a factor changes. Whoever has passkeys alone may have shown one not long ago instead of
   * giving a code.
   *
   * @throws DomainError code_required, wrong_code, and as {@link OwnPassword.confirm}
   */
  async confirm(person: UserPrincipal, { password, code }: GivenProof, whence: Whence): Promise<void> {
    const factors = await this.factors.of(person.userId);
    const mayLeaveOut = factors.length === 0 || (!factors.includes('totp') && this.conditions.isFresh(person));
    if (code === undefined && !mayLeaveOut) throw mfaErrors.code_required({ param: 'code' });
    await this.password.confirm(person, password, whence);
    if (code !== undefined) await this.check(person, code);
  }

  /**
   * @returns how the person has proved now who they are
   * @throws DomainError code_required, wrong_code, and as {@link OwnPassword.prove}
   */
  async prove(person: UserPrincipal, { password, code }: GivenProof, whence: Whence): Promise<AuthenticationMethod[]> {
    const hasFactor = (await this.factors.of(person.userId)).length > 0;
    if (hasFactor && code === undefined) throw mfaErrors.code_required({ param: 'code' });
    await this.password.prove(person, password, whence);
    if (!hasFactor || code === undefined) return ['pwd'];
    await this.check(person, code);
    return ['pwd', 'otp'];
  }

  private async check(person: UserPrincipal, code: string): Promise<void> {
    if (await this.codes.isRight(person, await this.password.accountOf(person), code)) return;
    await this.events.publish(new SecondFactorFailed(person, person.userId));
    throw authErrors.wrong_code({ param: 'code' });
  }
}
