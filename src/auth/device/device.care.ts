import { Injectable } from '@nestjs/common';
import { OnEvent } from '#libs/events';
import { AccountReclaimed } from '../../users/events/user.events.js';
import { AccessEnded } from '../events/auth.events.js';
import { DeviceRequestsRepository } from './device-requests.repository.js';

/** Takes back what people agreed to and no device has collected. */
@Injectable()
export class DeviceCare {
  constructor(private readonly requests: DeviceRequestsRepository) {}

  @OnEvent(AccessEnded, 'in-transaction')
  async onAccessEnded({ userId }: AccessEnded): Promise<void> {
    await this.requests.deleteAllOf(userId);
  }

  @OnEvent(AccountReclaimed, 'in-transaction')
  async onAccountReclaimed({ userId }: AccountReclaimed): Promise<void> {
    await this.requests.deleteAllOf(userId);
  }
}
