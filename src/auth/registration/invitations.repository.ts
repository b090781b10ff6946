import { Injectable } from '@nestjs/common';
import { paginate, UnitOfWork } from '#libs/database';
import type { Page } from '#libs/kernel';
import { In, IsNull, MoreThan } from 'typeorm';
import { InvitationEntity } from './invitation.entity.js';

/** Every question to the table of invitations. */
@Injectable()
export class InvitationsRepository {
  constructor(private readonly work: UnitOfWork) {}

  async insert(invitation: InvitationEntity): Promise<void> {
    await this.invitations.insert(invitation);
  }

  /** The newest first. */
  list(page: { page: number; limit: number }): Promise<Page<InvitationEntity>> {
    return paginate(this.invitations.createQueryBuilder('invitation').orderBy('invitation.id', 'DESC'), page);
  }

  /** @param hashes everything that may be stored of the token */
  findOpen(hashes: readonly Buffer[], now: Date): Promise<InvitationEntity | null> {
    return this.invitations.findOneBy({ tokenHash: In(hashes), ...openAt(now) });
  }

  /** Of many who try at once, one succeeds. @returns false when it is not good any more */
  async use(id: string, { by, now }: { by: string; now: Date }): Promise<boolean> {
    const { affected } = await this.invitations.update({ id, ...openAt(now) }, { usedAt: now, usedBy: by });
    return affected === 1;
  }

  /** @returns it as it was; undefined when there is none that is good */
  async revoke(id: string, now: Date): Promise<InvitationEntity | undefined> {
    const found = await this.invitations.findOneBy({ id, ...openAt(now) });
    if (!found) return undefined;
    const { affected } = await this.invitations.update({ id, ...openAt(now) }, { revokedAt: now });
    return affected === 1 ? found : undefined;
  }

  /** Takes back whatever an address was invited with before. */
  async revokeAllOf(emailIndexes: readonly Buffer[], now: Date): Promise<void> {
    await this.invitations.update({ emailIndex: In(emailIndexes), ...openAt(now) }, { revokedAt: now });
  }

  /** @returns how many there were */
  async deleteExpired(before: Date): Promise<number> {
    const { affected } = await this.invitations
      .createQueryBuilder()
      .delete()
      .where('expires_at < :before', { before })
      .execute();
    return affected ?? 0;
  }

  private get invitations() {
    return this.work.manager.getRepository(InvitationEntity);
  }
}

function openAt(now: Date) {
  return { usedAt: IsNull(), revokedAt: IsNull(), expiresAt: MoreThan(now) };
}
