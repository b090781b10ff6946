import { Injectable } from '@nestjs/common';
import { OnEvent } from '#libs/events';
import { AccountReclaimed } from '../../../users/events/user.events.js';
import { IdentitiesRepository } from './identities.repository.js';

/** Unlinks the identities that a stranger may have linked. */
@Injectable()
export class ReclaimedIdentities {
  constructor(private readonly identities: IdentitiesRepository) {}

  @OnEvent(AccountReclaimed, 'in-transaction')
  async onAccountReclaimed({ userId }: AccountReclaimed): Promise<void> {
    await this.identities.deleteAllOf(userId);
  }
}
