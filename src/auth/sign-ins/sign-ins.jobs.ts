import { Injectable, Logger } from '@nestjs/common';
import { defineJob, JobHandler } from '#libs/jobs';
import { Clock } from '#libs/kernel';
import { KnownDevicesRepository } from '../sessions/known-devices.repository.js';
import { SignInsRepository } from './sign-ins.repository.js';

const DAY_MS = 86_400_000;
const KEPT_DAYS = 90;
const DEVICE_DAYS = 365;

export const removeOldSignIns = defineJob({
  name: 'remove-old-sign-ins',
  description: 'Removes what is known of sign-ins of 90 days ago, and of devices that were not seen for a year.',
  everySeconds: 86_400,
});

/** Keeps no more of where people were than helps them. */
@Injectable()
export class SignInsJobs {
  private readonly log = new Logger(SignInsJobs.name);

  constructor(
    private readonly signIns: SignInsRepository,
    private readonly devices: KnownDevicesRepository,
    private readonly clock: Clock,
  ) {}

  @JobHandler(removeOldSignIns)
  async removeOld(): Promise<void> {
    const now = this.clock.now();
    const removed = await this.signIns.deleteBefore(new Date(now - KEPT_DAYS * DAY_MS));
    await this.devices.deleteBefore(new Date(now - DEVICE_DAYS * DAY_MS));
    this.log.log(`${removed} old sign-ins removed`);
  }
}
