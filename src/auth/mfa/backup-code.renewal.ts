import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { BackupCodesRegenerated } from '../events/mfa.events.js';
import { SecondFactors } from '../second-factors/second.factors.js';
import { BackupCodes } from './backup.codes.js';
import { mfaErrors } from './mfa.errors.js';
import type { Whence } from '../sessions/whence.decorator.js';
import { type GivenProof, OwnProof } from './own.proof.js';

/** Gives people new backup codes in the place of the old ones. */
@Injectable()
export class BackupCodeRenewal {
  constructor(
    private readonly codes: BackupCodes,
    private readonly factors: SecondFactors,
    private readonly proof: OwnProof,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /** @throws DomainError mfa_not_on without any second factor, and as {@link OwnProof.confirm} */
  async regenerate(actor: Principal, given: GivenProof, whence: Whence): Promise<{ backupCodes: string[] }> {
    const person = personOf(actor);
    if ((await this.factors.of(person.userId)).length === 0) throw mfaErrors.mfa_not_on();
    await this.proof.confirm(person, given, whence);
    return this.work.run(async () => {
      await this.events.publish(new BackupCodesRegenerated(actor, person.userId));
      return { backupCodes: await this.codes.issue(person.userId) };
    });
  }
}
