import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { UserDirectory } from '../../users/user.directory.js';
import { AttemptLimits } from '../attempt.limits.js';
import { OneTimeLinks } from '../links/one-time.links.js';
import { EmailVerified } from './events/recovery.events.js';
import { recoveryErrors } from './recovery.errors.js';

/** Takes the links by which people show that mail to their address reaches them. */
@Injectable()
export class EmailVerification {
  constructor(
    private readonly limits: AttemptLimits,
    private readonly links: OneTimeLinks,
    private readonly users: UserDirectory,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /**
   * A link that did its work already is answered alike and changes nothing.
   *
   * @throws DomainError link_invalid, rate_limited
   */
  async confirm(actor: Principal, token: string, network: string): Promise<{ emailVerified: true }> {
    await this.limits.countGuess('verify-email', network);
    const link = await this.links.find('verify-email', token);
    const account = link && (await this.users.find(link.userId));
    if (!account || !this.links.wentTo(link, account.email)) throw recoveryErrors.link_invalid({ param: 'token' });
    if (link.usedAt !== null && account.emailVerifiedAt !== null) return { emailVerified: true };
    await this.work.run(async () => {
      if (!(await this.links.use(link))) throw recoveryErrors.link_invalid({ param: 'token' });
      // An administrator may have said so meanwhile.
      if (await this.users.noteEmailVerified(account.id, account.email)) {
        await this.events.publish(new EmailVerified(actor, account.id));
      }
    });
    return { emailVerified: true };
  }
}
