import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { UserDirectory } from '../../users/user.directory.js';
import { AttemptLimits } from '../attempt.limits.js';
import { OneTimeLinks } from '../links/one-time.links.js';
import { recoveryErrors } from '../recovery/recovery.errors.js';

/** Takes the links that make another address that of an account. Every other link that went to the old one is worthless. */
@Injectable()
export class EmailChangeConfirmation {
  constructor(
    private readonly limits: AttemptLimits,
    private readonly links: OneTimeLinks,
    private readonly users: UserDirectory,
    private readonly work: UnitOfWork,
  ) {}

  /** @throws DomainError link_invalid, rate_limited, user_email_taken */
  async confirm(actor: Principal, token: string, network: string): Promise<{ emailVerified: true }> {
    await this.limits.countGuess('change-email', network);
    const link = await this.links.find('change-email', token);
    const wanted = link && this.links.isOpen(link) ? this.links.wantedBy(link) : undefined;
    if (!link || wanted === undefined) throw recoveryErrors.link_invalid({ param: 'token' });
    const account = await this.users.find(link.userId);
    if (account?.status !== 'active' || !this.links.wentTo(link, account.email)) {
      throw recoveryErrors.link_invalid({ param: 'token' });
    }
    await this.work.run(async () => {
      if (!(await this.links.use(link))) throw recoveryErrors.link_invalid({ param: 'token' });
      await this.users.changeEmail(actor, account.id, wanted);
    });
    return { emailVerified: true };
  }
}
