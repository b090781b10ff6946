import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { UnitOfWork } from '#libs/database';
import { DomainError } from '#libs/kernel';
import { type NewAccount, type UserAccount, UserDirectory } from '../../users/user.directory.js';
import type { RegistrationDto } from './dto/registration.response.dto.js';
import { InvitationCheck } from './invitation.check.js';
import type { InvitationEntity } from './invitation.entity.js';
import { registrationConfig } from './registration.config.js';
import { RepeatedRegistrations } from './repeated.registrations.js';

type Person = Pick<NewAccount, 'email' | 'name' | 'passwordHash'>;

/** Makes the accounts of people who register, and says no more of it than they may know. */
@Injectable()
export class NewAccounts {
  constructor(
    private readonly users: UserDirectory,
    private readonly invitations: InvitationCheck,
    private readonly repeated: RepeatedRegistrations,
    private readonly work: UnitOfWork,
    @InjectConfig(registrationConfig) private readonly config: ConfigOf<typeof registrationConfig>,
  ) {}

  /** @throws DomainError user_email_taken, unless registration is neutral: then its owner hears of it instead */
  async own(actor: Principal, person: Person): Promise<RegistrationDto> {
    if (!this.config.isNeutral) return this.users.create(actor, person);
    try {
      await this.users.create(actor, person);
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'user_email_taken') throw error;
      await this.repeated.tell(actor, person.email);
    }
    return { email: person.email, name: person.name };
  }

  /** Who has the token of an invitation read the mail that it came with. @throws DomainError invitation_invalid */
  invited(actor: Principal, person: Person, invitation: InvitationEntity): Promise<UserAccount> {
    return this.work.run(async () => {
      const account = await this.users.create(actor, { ...person, role: invitation.role, isEmailVerified: true });
      await this.invitations.use(actor, invitation, account);
      return account;
    });
  }
}
