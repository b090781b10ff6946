import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { TokenOwners } from '../tokens/token.owners.js';
import { deviceErrors } from './device.errors.js';
import { DeviceRequestsRepository } from './device-requests.repository.js';
import { DeviceRequestDecided } from './events/device.events.js';
import { PendingRequests } from './pending.requests.js';

/** Lets people decide whether a device gets their rights. */
@Injectable()
export class DeviceDecisions {
  constructor(
    private readonly pending: PendingRequests,
    private readonly requests: DeviceRequestsRepository,
    private readonly owners: TokenOwners,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /** @throws DomainError unauthorized for whoever was shut out meanwhile, and as {@link PendingRequests.show} */
  async decide(actor: Principal, userCode: string, approved: boolean): Promise<void> {
    const person = personOf(actor);
    const { userId, methods } = person;
    const { id, client } = await this.pending.show(actor, userCode);
    await this.work.run(async () => {
      await this.owners.hold(person);
      const state = approved ? 'approved' : 'denied';
      const decided = await this.requests.decide(id, { state, userId, methods: [...methods] });
      if (!decided) throw deviceErrors.device_request_not_found();
      await this.events.publish(new DeviceRequestDecided(actor, id, client, approved));
    });
  }
}
