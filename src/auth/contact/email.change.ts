import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { OwnPassword } from '../protection/own.password.js';
import type { Whence } from '../sessions/whence.decorator.js';
import type { ChangeEmailDto } from './dto/contact.request.dto.js';
import { EmailChangeLetters } from './email-change.letters.js';
import { EmailChangeRequested } from './events/contact.events.js';

/** Lets people change the address of their account: to one that they have shown to be theirs. */
@Injectable()
export class EmailChange {
  constructor(
    private readonly password: OwnPassword,
    private readonly letters: EmailChangeLetters,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /**
   * Says nothing of who has the address: whoever reads the mail that goes there finds out from it.
   *
   * @throws DomainError mail_not_configured, rate_limited, and as {@link OwnPassword.demand}
   */
  async request(
    actor: Principal,
    { email, currentPassword }: ChangeEmailDto,
    whence: Whence,
  ): Promise<{ message: string }> {
    const person = personOf(actor);
    const { userId } = person;
    await this.letters.mayAsk(whence.network, userId);
    await this.password.demand(person, currentPassword, whence, 'currentPassword');
    await this.work.run(async () => {
      await this.events.publish(new EmailChangeRequested(actor, userId));
      await this.letters.add({ userId, email });
    });
    return { message: 'A mail with a link is on its way to the new address.' };
  }
}
