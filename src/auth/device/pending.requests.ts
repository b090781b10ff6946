import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { Clock } from '#libs/kernel';
import { DeviceCodes } from './device.codes.js';
import { deviceErrors } from './device.errors.js';
import { DeviceLimits } from './device.limits.js';
import type { DeviceRequestEntity } from './device-request.entity.js';
import { DeviceRequestsRepository } from './device-requests.repository.js';

/** Shows people which device asks for their rights. */
@Injectable()
export class PendingRequests {
  constructor(
    private readonly requests: DeviceRequestsRepository,
    private readonly codes: DeviceCodes,
    private readonly limits: DeviceLimits,
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
}
