import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { AttemptLimits } from '../attempt.limits.js';
import { authErrors } from '../auth.errors.js';
import type { RegisterDto } from '../dto/auth.request.dto.js';
import { PasswordHasher } from '../passwords/password.hasher.js';
import { brokenPasswordRules } from '../passwords/password.policy.js';
import type { RegistrationDto } from './dto/registration.response.dto.js';
import { InvitationCheck } from './invitation.check.js';
import { NewAccounts } from './new.accounts.js';
import { RegistrationGates } from './registration.gates.js';

/** Lets people make their own accounts. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly gates: RegistrationGates,
    private readonly invitations: InvitationCheck,
    private readonly limits: AttemptLimits,
    private readonly passwords: PasswordHasher,
    private readonly accounts: NewAccounts,
  ) {}

  /**
   * Whatever is wrong before the account is made leaves an invitation as good as it was.
   *
   * @throws DomainError registration_closed, email_domain_not_allowed, invitation_invalid, password_rejected,
   * rate_limited, user_email_taken, sign_in_busy
   */
  async register(
    actor: Principal,
    { email, name, password, inviteToken }: RegisterDto,
    network: string,
  ): Promise<RegistrationDto> {
    if (inviteToken === undefined) this.gates.check(email);
    await this.limits.countRegistration(network);
    const invitation = inviteToken === undefined ? undefined : await this.invitations.find(inviteToken, email);
    const broken = brokenPasswordRules(password, email);
    if (broken.length > 0) throw authErrors.password_rejected({ param: 'password', details: broken });
    const person = { email, name, passwordHash: await this.passwords.hash(password, network) };
    return invitation ? this.accounts.invited(actor, person, invitation) : this.accounts.own(actor, person);
  }
}
