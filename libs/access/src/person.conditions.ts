import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { Clock, type DomainError, type ErrorFactory } from '#libs/kernel';
import { accessConfig } from './access.config.js';
import { accessErrors } from './access.errors.js';
import type { Duty } from './duty.js';
import type { UserPrincipal } from './principal.js';
import { CHOSEN_ACTIONS, type PersonRule } from './rule.js';

/** How a person is refused who owes a duty. */
export const DUTY_ERRORS: Readonly<Record<Duty, ErrorFactory>> = {
  'mfa-setup': accessErrors.mfa_setup_required,
  terms: accessErrors.terms_not_accepted,
};

/** Judges what a rule asks of a person beyond their role: that they owe nothing, and that their proof is fresh. */
@Injectable()
export class PersonConditions {
  constructor(
    @InjectConfig(accessConfig) private readonly config: ConfigOf<typeof accessConfig>,
    private readonly clock: Clock,
  ) {}

  /** Why a person must not go on; undefined when nothing stands in the way. */
  refusalOf(rule: PersonRule, person: UserPrincipal): DomainError | undefined {
    if (rule.bySession === true && person.tokenId !== undefined) return accessErrors.session_required();
    const owed = person.duties.find((duty) => rule.despite?.includes(duty) !== true);
    if (owed !== undefined) return DUTY_ERRORS[owed]();
    return this.needsProof(rule) && !this.isFresh(person) ? accessErrors.recent_auth_required() : undefined;
  }

  /** A proof that was weaker than the person can give is none: whoever stole a password must not get on with it. */
  isFresh({ authenticatedAt, isFullyProved }: UserPrincipal): boolean {
    return isFullyProved && this.clock.now() - authenticatedAt.getTime() <= this.config.recentSeconds * 1_000;
  }

  private needsProof({ recent }: PersonRule): boolean {
    if (recent === undefined) return false;
    const isChosen = CHOSEN_ACTIONS.some((action) => action === recent);
    return !isChosen || this.config.recentFor.includes(recent);
  }
}
