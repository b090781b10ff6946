import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Clock } from '#libs/kernel';
import { DeviceLimits } from './device.limits.js';
import { DeviceCodes } from './device.codes.js';
import { deviceErrors } from './device.errors.js';
import type { DeviceRequestEntity } from './device-request.entity.js';
import { DeviceRequestsRepository } from './device-requests.repository.js';
import { DeviceRequestDecided } from './events/device.events.js';

/** Shows people which device asks for their rights, and lets them decide. */
@Injectable()
export class DeviceDecisions {
  constructor(
    private readonly requests: DeviceRequestsRepository,
    private readonly codes: DeviceCodes,
    private readonly limits: DeviceLimits,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError device_request_not_found, rate_limited */
  async show(actor: Principal, userCode: string): Promise<DeviceRequestEntity> {
    await this.limits.countCode(personOf(actor).userId);
    const hashes = this.codes.userCandidates(userCode);
    const request = hashes.length === 0 ? null : await this.requests.findByUserCode(hashes);
    if (request?.state !== 'pending' || request.expiresAt <= this.clock.date()) {
      throw deviceErrors.device_request_not_found();
    }
    return request;
  }

  /** @throws DomainError device_request_not_found, rate_limited */
  async decide(actor: Principal, userCode: string, approved: boolean): Promise<void> {
    const { userId, methods } = personOf(actor);
    const { id, client } = await this.show(actor, userCode);
    await this.work.run(async () => {
      const state = approved ? 'approved' : 'denied';
      const decided = await this.requests.decide(id, { state, userId, methods: [...methods] });
      if (!decided) throw deviceErrors.device_request_not_found();
      await this.events.publish(new DeviceRequestDecided(actor, id, client, approved));
    });
  }
}
