import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { newId } from '#libs/kernel';
import { Mailer, SealedOutbox } from '#libs/mail';
import { currentRequest } from '#libs/observability';
import { AttemptLimits } from '../attempt.limits.js';
import { deviceOf } from '../sessions/device.js';
import { type LinkKind, LinkRequested } from './events/recovery.events.js';
import type { Asked } from './letters.js';
import { recoveryErrors } from './recovery.errors.js';

/** Somebody's wish for a mail with a link, before anybody looked whether there is such an account. */
export interface LinkWish extends Asked {
  /** In canonical form. */
  readonly email: string;
}

export const LINK_HANDLERS: Readonly<Record<LinkKind, string>> = {
  'password-reset': 'auth.password-reset',
  'verify-email': 'auth.verify-email',
};

/**
 * Takes wishes for mails with links. Whether there is an account is looked up after the answer, by whoever delivers:
 * so neither what is answered nor how long it takes tells a stranger anything.
 */
@Injectable()
export class RecoveryRequests {
  constructor(
    private readonly limits: AttemptLimits,
    private readonly mailer: Mailer,
    private readonly outbox: SealedOutbox,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /** @throws DomainError mail_not_configured, rate_limited */
  async add(actor: Principal, kind: LinkKind, email: string, network: string): Promise<{ message: string }> {
    if (!this.mailer.canMail) throw recoveryErrors.mail_not_configured();
    await this.limits.countLetter(kind, network, email);
    const { ip = network, userAgent = null } = currentRequest() ?? {};
    const wish: LinkWish = { email, ip, device: deviceOf(userAgent) };
    await this.work.run(async () => {
      await this.events.publish(new LinkRequested(actor, kind, newId()));
      await this.outbox.add(LINK_HANDLERS[kind], wish);
    });
    return { message: 'If there is something to send to this address, it is on its way.' };
  }
}
