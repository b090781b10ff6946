import { Injectable } from '@nestjs/common';
import { SYSTEM } from '#libs/access';
import { OnEvent } from '#libs/events';
import { FederatedSignInRefused } from '../events/federation.events.js';
import { SessionKeeper } from '../sessions/session.keeper.js';
import { federationErrors } from './federation.errors.js';

/** Shuts out whoever has left the groups that may come in, also where they are still signed in. */
@Injectable()
export class GroupLeavers {
  constructor(private readonly sessions: SessionKeeper) {}

  @OnEvent(FederatedSignInRefused, 'in-transaction')
  async onRefused({ code, userId }: FederatedSignInRefused): Promise<void> {
    if (code !== federationErrors.required_group_missing.code || userId === undefined) return;
    await this.sessions.endAllOf(SYSTEM, userId, 'group_left');
  }
}
