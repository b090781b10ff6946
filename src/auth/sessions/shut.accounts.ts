import { Injectable } from '@nestjs/common';
import { OnEvent } from '#libs/events';
import { UserBanned, UserUpdated } from '../../users/events/user.events.js';
import { SessionKeeper } from './session.keeper.js';

/** Ends the sessions of people who are shut out, in the same transaction. */
@Injectable()
export class ShutAccounts {
  constructor(private readonly sessions: SessionKeeper) {}

  @OnEvent(UserUpdated, 'in-transaction')
  async onUserUpdated({ actor, before, user }: UserUpdated): Promise<void> {
    if (before.status === 'active' && user.status !== 'active') {
      await this.sessions.endAllOf(actor, user.id, 'suspended');
    }
  }

  @OnEvent(UserBanned, 'in-transaction')
  async onUserBanned({ actor, userId }: UserBanned): Promise<void> {
    await this.sessions.endAllOf(actor, userId, 'banned');
  }
}
