import { Injectable, Logger } from '@nestjs/common';
import { randomToken } from '#libs/crypto';
import { defineJob, JobHandler } from '#libs/jobs';
import { Clock } from '#libs/kernel';
import { type Ceremony, PasskeyCeremoniesRepository } from './passkey-ceremonies.repository.js';

/** How long a browser has for its answer. */
export const CEREMONY_MS = 300_000;

export const removeExpiredCeremonies = defineJob({
  name: 'remove-expired-passkey-ceremonies',
  description: 'Removes the challenges for passkeys that nobody answered.',
  everySeconds: 3_600,
});

/** Makes challenges for passkeys, and accepts one answer to each. */
@Injectable()
export class PasskeyCeremonies {
  private readonly log = new Logger(PasskeyCeremonies.name);

  constructor(
    private readonly ceremonies: PasskeyCeremoniesRepository,
    private readonly clock: Clock,
  ) {}

  /** @returns 256 random bits in base64url */
  async begin(ceremony: Ceremony): Promise<string> {
    const challenge = randomToken();
    await this.ceremonies.begin(challenge, ceremony, new Date(this.clock.now() + CEREMONY_MS));
    return challenge;
  }

  /** Uses a challenge up, whatever its answer is worth. @returns false when it is not one of this ceremony */
  end(challenge: string, ceremony: Ceremony): Promise<boolean> {
    return this.ceremonies.end(challenge, ceremony, this.clock.date());
  }

  @JobHandler(removeExpiredCeremonies)
  async removeExpired(): Promise<void> {
    const removed = await this.ceremonies.deleteExpired(this.clock.date());
    this.log.log(`${removed} challenges for passkeys removed`);
  }
}
