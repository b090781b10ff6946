import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { IdentityUnlinked } from '../../events/federation.events.js';
import { SessionKeeper } from '../../sessions/session.keeper.js';
import { WaysIn } from '../../ways.in.js';
import { federationErrors } from '../federation.errors.js';
import { IdentitiesRepository } from './identities.repository.js';
import type { IdentityEntity } from './identity.entity.js';

/** What people do with their own identities at other houses. */
@Injectable()
export class IdentitiesService {
  constructor(
    private readonly identities: IdentitiesRepository,
    private readonly ways: WaysIn,
    private readonly sessions: SessionKeeper,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  list(actor: Principal): Promise<IdentityEntity[]> {
    return this.identities.listOf(personOf(actor).userId);
  }

  /**
   * Whoever can sign in there can sign in here no more, and has no session left that began so; only the one that asks
   * goes on.
   *
   * @throws DomainError identity_not_found, last_way_in
   */
  async unlink(actor: Principal, id: string): Promise<void> {
    const { userId, sessionId } = personOf(actor);
    await this.work.run(async () => {
      const identity = (await this.identities.listLocked(userId)).find((each) => each.id === id);
      if (!identity) throw federationErrors.identity_not_found();
      await this.ways.takeOne(userId, () => this.identities.delete(id));
      await this.events.publish(new IdentityUnlinked(actor, identity));
      await this.sessions.endAllOf(actor, userId, 'identity_unlinked', sessionId);
    });
  }
}
