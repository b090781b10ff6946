import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { EventBus } from '#libs/events';
import { Clock, newId } from '#libs/kernel';
import { IdentityLinked } from '../../events/federation.events.js';
import { IdentitiesRepository } from './identities.repository.js';
import type { IdentityEntity } from './identity.entity.js';

/** What a provider calls somebody, and the slug that it was said under. */
export type NewIdentity = Pick<IdentityEntity, 'userId' | 'provider' | 'issuer' | 'subject'>;

/** Knows whose identity is whose, and makes new ones known. */
@Injectable()
export class KnownIdentities {
  constructor(
    private readonly identities: IdentitiesRepository,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  find(issuer: string, subject: string): Promise<IdentityEntity | null> {
    return this.identities.find(issuer, subject);
  }

  /** Until the transaction ends, nobody else makes this identity known. */
  async findLocked(issuer: string, subject: string): Promise<IdentityEntity | null> {
    await this.identities.lock(issuer, subject);
    return this.identities.find(issuer, subject);
  }

  async noteUse(id: string): Promise<void> {
    await this.identities.noteUse(id, this.clock.date());
  }

  /** Within the transaction in which it was found that nobody has it. */
  async add(actor: Principal, identity: NewIdentity, { isInUse }: { isInUse: boolean }): Promise<void> {
    const now = this.clock.date();
    const row = { ...identity, id: newId(), createdAt: now, lastUsedAt: isInUse ? now : null };
    await this.identities.insert(row);
    await this.events.publish(new IdentityLinked(actor, row));
  }
}
