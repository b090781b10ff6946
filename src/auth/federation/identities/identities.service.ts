import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { UserDirectory } from '../../../users/user.directory.js';
import { IdentityUnlinked } from '../../events/federation.events.js';
import { SessionKeeper } from '../../sessions/session.keeper.js';
import { federationErrors } from '../federation.errors.js';
import { IdentitiesRepository } from './identities.repository.js';
import type { IdentityEntity } from './identity.entity.js';

/** What people do with their own identities at other houses. */
@Injectable()
export class IdentitiesService {
  constructor(
    private readonly identities: IdentitiesRepository,
    private readonly users: UserDirectory,
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
      // Of two who take away one each, the second sees what the first left.
      const all = await this.identities.listLocked(userId);
      const identity = all.find((each) => each.id === id);
      if (!identity) throw federationErrors.identity_not_found();
      if (all.length === 1 && !(await this.users.hasPassword(userId))) throw federationErrors.last_way_in();
      await this.identities.delete(id);
      await this.events.publish(new IdentityUnlinked(actor, identity));
      await this.sessions.endAllOf(actor, userId, 'identity_unlinked', sessionId);
    });
  }
}
