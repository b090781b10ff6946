import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { EventBus } from '#libs/events';
import { Clock } from '#libs/kernel';
import { type UserAccount, UserDirectory } from '../../users/user.directory.js';
import { InvitationUsed } from './events/invitation.events.js';
import type { InvitationEntity } from './invitation.entity.js';
import { InvitationSealer } from './invitation.sealer.js';
import { InvitationsRepository } from './invitations.repository.js';
import { registrationErrors } from './registration.errors.js';

/** Takes the invitations that people register with. */
@Injectable()
export class InvitationCheck {
  constructor(
    private readonly invitations: InvitationsRepository,
    private readonly sealer: InvitationSealer,
    private readonly users: UserDirectory,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError invitation_invalid unless it is good, and for this address */
  async find(token: string, email: string): Promise<InvitationEntity> {
    const found = await this.invitations.findOpen(this.sealer.tokenHashes(token), this.clock.date());
    if (!found || !this.sealer.isFor(found, email) || !(await this.mayGive(found)))
      throw registrationErrors.invitation_invalid({ param: 'inviteToken' });
    return found;
  }

  /** Within the transaction that makes the account. @throws DomainError invitation_invalid when it is not good any more */
  async use(actor: Principal, invitation: InvitationEntity, account: UserAccount): Promise<void> {
    const { id, role } = invitation;
    const used =
      (await this.mayGive(invitation)) && (await this.invitations.use(id, { by: account.id, now: this.clock.date() }));
    if (!used) throw registrationErrors.invitation_invalid({ param: 'inviteToken' });
    await this.events.publish(new InvitationUsed(actor, id, account.email, role));
  }

  /**
   * A role that can do more comes from an administrator who is one still: whoever lost the office, or their account to
   * somebody else, must not get back in by an invitation that they wrote before.
   */
  private async mayGive({ role, invitedBy }: InvitationEntity): Promise<boolean> {
    if (role === 'user') return true;
    const inviter = invitedBy === null ? undefined : await this.users.find(invitedBy);
    if (inviter?.role !== 'admin' || inviter.status !== 'active') return false;
    return inviter.bannedUntil === null || inviter.bannedUntil <= this.clock.date();
  }
}
