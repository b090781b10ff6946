import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '#libs/access';
import { SecondFactors } from '../second-factors/second.factors.js';
import { SessionProofs } from '../sessions/session.proofs.js';
import type { AuthenticationMethod } from '../sign-in.gate.js';
import { BackupCodes } from './backup.codes.js';

/** What follows in the same transaction when a person gets a second factor, or loses one. */
@Injectable()
export class FactorChange {
  constructor(
    private readonly factors: SecondFactors,
    private readonly backupCodes: BackupCodes,
    private readonly sessions: SessionProofs,
  ) {}

  /**
   * Sessions that were opened with less than is asked for now end; the one that acts has just proved the new factor.
   *
   * @returns new backup codes, when there were none
   */
  async added(actor: UserPrincipal, methods: readonly AuthenticationMethod[]): Promise<string[] | null> {
    await this.sessions.strengthen(actor, methods);
    await this.sessions.endOthersWithout(actor, 'factor_added');
    return (await this.backupCodes.left(actor.userId)) > 0 ? null : this.backupCodes.issue(actor.userId);
  }

  /** Sessions that the lost factor proved end, but for the one that acts; backup codes stand in for no factor alone. */
  async removed(actor: UserPrincipal, method: AuthenticationMethod): Promise<void> {
    if ((await this.factors.of(actor.userId)).length === 0) await this.backupCodes.remove(actor.userId);
    await this.sessions.endOthersBy(actor, method, 'factor_removed');
  }
}
