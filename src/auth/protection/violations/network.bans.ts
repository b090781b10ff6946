import { Injectable } from '@nestjs/common';
import { bannedError } from '#libs/access';
import { Clock } from '#libs/kernel';
import { ViolationsRepository } from './violations.repository.js';

/** Turns away whoever has proved nothing yet and comes from a network that is banned. Others on it go on. */
@Injectable()
export class NetworkBans {
  constructor(
    private readonly violations: ViolationsRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError banned */
  async mustBeFree(network: string): Promise<void> {
    const now = this.clock.date();
    const until = await this.violations.networkBan(network, now);
    if (until) throw bannedError(until, now.getTime());
  }
}
