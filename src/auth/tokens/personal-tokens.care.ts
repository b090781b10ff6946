import { Injectable } from '@nestjs/common';
import { OnEvent } from '#libs/events';
import { defineJob, JobHandler } from '#libs/jobs';
import { Clock } from '#libs/kernel';
import { AccountReclaimed } from '../../users/events/user.events.js';
import { AccessEnded } from '../events/auth.events.js';
import { PersonalTokensRepository } from './personal-tokens.repository.js';

const KEPT_MS = 30 * 86_400_000;

export const removeEndedTokens = defineJob({
  name: 'remove-ended-personal-tokens',
  description: 'Removes the personal access tokens that ended a month ago.',
  everySeconds: 86_400,
});

/** Ends and removes personal access tokens that nobody ends by hand. */
@Injectable()
export class PersonalTokensCare {
  constructor(
    private readonly tokens: PersonalTokensRepository,
    private readonly clock: Clock,
  ) {}

  /** Who knows what else was made by whoever had the password, or is shut out? */
  @OnEvent(AccessEnded, 'in-transaction')
  async onAccessEnded({ userId }: AccessEnded): Promise<void> {
    await this.tokens.endAllOf(userId, this.clock.date());
  }

  @OnEvent(AccountReclaimed, 'in-transaction')
  async onAccountReclaimed({ userId }: AccountReclaimed): Promise<void> {
    await this.tokens.deleteAllOf(userId);
  }

  @JobHandler(removeEndedTokens)
  async removeEnded(): Promise<void> {
    await this.tokens.deleteOver(new Date(this.clock.now() - KEPT_MS));
  }
}
