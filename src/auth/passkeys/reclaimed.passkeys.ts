import { Injectable } from '@nestjs/common';
import { OnEvent } from '#libs/events';
import { AccountReclaimed } from '../../users/events/user.events.js';
import { PasskeysRepository } from './passkeys.repository.js';

/** Takes the passkeys away that a stranger may have registered. */
@Injectable()
export class ReclaimedPasskeys {
  constructor(private readonly passkeys: PasskeysRepository) {}

  @OnEvent(AccountReclaimed, 'in-transaction')
  async onAccountReclaimed({ userId }: AccountReclaimed): Promise<void> {
    await this.passkeys.deleteAllOf(userId);
  }
}
