import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { authErrors } from '../auth.errors.js';
import { MfaEnabled, MfaSetupBegun } from '../events/mfa.events.js';
import type { Whence } from '../sessions/whence.decorator.js';
import { FactorChange } from './factor.change.js';
import { mfaErrors } from './mfa.errors.js';
import { OwnPassword } from '../protection/own.password.js';
import type { GivenProof } from './own.proof.js';
import { TotpFactor } from './totp.factor.js';
import { totpUri } from './totp.js';

/** Gives people one-time codes of an authenticator app as a second factor. */
@Injectable()
export class MfaSetup {
  constructor(
    private readonly totp: TotpFactor,
    private readonly password: OwnPassword,
    private readonly change: FactorChange,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /** @throws DomainError mfa_already_on */
  async begin(actor: Principal): Promise<{ secret: string; otpauthUrl: string }> {
    const person = personOf(actor);
    const { email } = await this.password.accountOf(person);
    return this.work.run(async () => {
      const secret = await this.totp.begin(person.userId);
      if (secret === undefined) throw mfaErrors.mfa_already_on();
      await this.events.publish(new MfaSetupBegun(actor, person.userId));
      return { secret, otpauthUrl: totpUri(secret, email) };
    });
  }

  /**
   * @param proof the password, and what the app shows: it has the secret
   * @returns backup codes, unless there are some
   * @throws DomainError mfa_already_on, wrong_code, and as {@link OwnPassword.confirm}
   */
  async enable(
    actor: Principal,
    { password, code }: GivenProof & { readonly code: string },
    whence: Whence,
  ): Promise<{ backupCodes: string[] | null }> {
    const person = personOf(actor);
    const { userId } = person;
    if (await this.totp.standing(userId)) throw mfaErrors.mfa_already_on();
    await this.password.confirm(person, password, whence);
    return this.work.run(async () => {
      if (!(await this.totp.enable(userId, code))) throw authErrors.wrong_code({ param: 'code' });
      await this.events.publish(new MfaEnabled(actor, userId));
      return { backupCodes: await this.change.added(person, ['otp']) };
    });
  }
}
