import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { EventBus } from '#libs/events';
import { Clock } from '#libs/kernel';
import type { UserAccount } from '../../users/user.directory.js';
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
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError invitation_invalid unless it is good, and for this address */
  async find(token: string, email: string): Promise<InvitationEntity> {
    const found = await this.invitations.findOpen(this.sealer.tokenHashes(token), this.clock.date());
    if (!found || !this.sealer.isFor(found, email))
      throw registrationErrors.invitation_invalid({ param: 'inviteToken' });
    return found;
  }

  /** Within the transaction that makes the account. @throws DomainError invitation_invalid when another was faster */
  async use(actor: Principal, { id, role }: InvitationEntity, account: UserAccount): Promise<void> {
    const used = await this.invitations.use(id, { by: account.id, now: this.clock.date() });
    if (!used) throw registrationErrors.invitation_invalid({ param: 'inviteToken' });
    await this.events.publish(new InvitationUsed(actor, id, account.email, role));
  }
}
