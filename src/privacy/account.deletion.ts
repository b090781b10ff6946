import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Clock, newId } from '#libs/kernel';
import { UserDirectory } from '../users/user.directory.js';
import { AccountDeleted } from './events/privacy.events.js';
import { PersonalDataRepository } from './personal-data.repository.js';
import { PrivacyRepository } from './privacy.repository.js';

/** What is left of a deleted account. */
export interface Deletion {
  readonly deletionId: string;
  readonly deletedAt: Date;
}

/**
 * Deletes accounts with all that is about the person, in one transaction: either everything is gone, on every replica
 * within a moment, or nothing.
 */
@Injectable()
export class AccountDeletion {
  constructor(
    private readonly users: UserDirectory,
    private readonly data: PersonalDataRepository,
    private readonly privacy: PrivacyRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError user_not_found, last_administrator_needed, and what others have against it */
  async delete(actor: Principal, userId: string): Promise<Deletion> {
    const deletion = { deletionId: newId(), deletedAt: this.clock.date() };
    return this.work.run(async () => {
      await this.users.remove(actor, userId, () => this.data.forget(userId));
      await this.privacy.noteDeletion(deletion.deletionId, userId, deletion.deletedAt);
      await this.events.publish(new AccountDeleted(actor, deletion.deletionId, userId));
      return deletion;
    });
  }
}
