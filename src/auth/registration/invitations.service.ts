import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { randomToken } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import type { PageQueryDto } from '#libs/http';
import { Clock, mapPage, newId, type Page } from '#libs/kernel';
import type { InviteDto } from './dto/invitation.request.dto.js';
import { InvitationRevoked, PersonInvited } from './events/invitation.events.js';
import type { InvitationEntity } from './invitation.entity.js';
import { InvitationLetters } from './invitation.letters.js';
import { InvitationSealer } from './invitation.sealer.js';
import { InvitationsRepository } from './invitations.repository.js';
import { registrationErrors } from './registration.errors.js';

const LIFE_MS = 7 * 86_400_000;

/** An invitation, as administrators see it. */
export interface InvitationView extends Pick<
  InvitationEntity,
  'id' | 'role' | 'invitedBy' | 'createdAt' | 'expiresAt' | 'usedAt'
> {
  readonly email: string;
  readonly status: string;
}

/** Lets administrators invite people, see whom they invited, and take it back. */
@Injectable()
export class InvitationsService {
  constructor(
    private readonly invitations: InvitationsRepository,
    private readonly sealer: InvitationSealer,
    private readonly letters: InvitationLetters,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes the place of whatever the address was invited with before.
   *
   * @throws DomainError invitee_has_account
   */
  async create(actor: Principal, { email, role }: InviteDto): Promise<InvitationView & { link: string | null }> {
    const [now, id, token] = [this.clock.date(), newId(), randomToken()];
    const invitation: InvitationEntity = {
      id,
      tokenHash: this.sealer.tokenHash(token),
      ...this.sealer.seal(id, email),
      role,
      invitedBy: personOf(actor).userId,
      createdAt: now,
      expiresAt: new Date(now.getTime() + LIFE_MS),
      usedAt: null,
      usedBy: null,
      revokedAt: null,
    };
    return this.work.run(async () => {
      await this.invitations.revokeAllOf(this.sealer.emailIndexes(email), now);
      await this.invitations.insert(invitation);
      const link = await this.letters.write(email, token, invitation.expiresAt);
      await this.events.publish(new PersonInvited(actor, id, email, role));
      return { ...this.view(invitation), link };
    });
  }

  async list(_actor: Principal, query: PageQueryDto): Promise<Page<InvitationView>> {
    return mapPage(await this.invitations.list(query), (invitation) => this.view(invitation));
  }

  /** @throws DomainError invitation_not_found */
  async revoke(actor: Principal, id: string): Promise<void> {
    await this.work.run(async () => {
      const revoked = await this.invitations.revoke(id, this.clock.date());
      if (!revoked) throw registrationErrors.invitation_not_found();
      await this.events.publish(new InvitationRevoked(actor, id, this.sealer.open(revoked), revoked.role));
    });
  }

  private view(invitation: InvitationEntity): InvitationView {
    const { id, role, invitedBy, createdAt, expiresAt, usedAt } = invitation;
    const email = this.sealer.open(invitation);
    return { id, email, role, status: this.statusOf(invitation), invitedBy, createdAt, expiresAt, usedAt };
  }

  private statusOf({ usedAt, revokedAt, expiresAt }: InvitationEntity): string {
    if (usedAt !== null) return 'used';
    if (revokedAt !== null) return 'revoked';
    return expiresAt > this.clock.date() ? 'open' : 'expired';
  }
}
