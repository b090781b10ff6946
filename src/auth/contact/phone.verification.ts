import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { canonicalPhone, DomainError } from '#libs/kernel';
import { Mailer } from '#libs/mail';
import { UserDirectory } from '../../users/user.directory.js';
import { AttemptLimits } from '../attempt.limits.js';
import { contactErrors } from './contact.errors.js';
import { PhoneCodeFailed, PhoneCodeSent } from './events/contact.events.js';
import { PhoneCodes } from './phone.codes.js';

/** Lets people show that a telephone number is theirs. It is not that of their account before. */
@Injectable()
export class PhoneVerification {
  constructor(
    private readonly limits: AttemptLimits,
    private readonly codes: PhoneCodes,
    private readonly users: UserDirectory,
    private readonly mailer: Mailer,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /** @throws DomainError sms_not_configured, phone_invalid, rate_limited */
  async request(actor: Principal, { phone: given }: { phone: string }, network: string): Promise<{ message: string }> {
    const { userId } = personOf(actor);
    if (!this.mailer.canText) throw contactErrors.sms_not_configured();
    const phone = canonicalPhone(given);
    if (phone === undefined) throw contactErrors.phone_invalid({ param: 'phone' });
    await this.limits.countText(network, userId, phone);
    await this.work.run(async () => {
      const { code, expiresAt } = await this.codes.issue(userId, phone);
      await this.mailer.text(phone, `Your code is ${code}. It is good for 10 minutes. Tell it nobody.`, expiresAt);
      await this.events.publish(new PhoneCodeSent(actor, userId));
    });
    return { message: 'A text message with a code is on its way.' };
  }

  /** @throws DomainError code_void, wrong_code, rate_limited, user_phone_taken */
  async confirm(actor: Principal, { code }: { code: string }, network: string): Promise<{ phoneVerified: true }> {
    const { userId } = personOf(actor);
    await this.limits.countGuess('phone', network);
    const { id, phone } = await this.check(actor, userId, code);
    await this.work.run(async () => {
      await this.codes.use(id);
      await this.users.setPhone(actor, userId, phone);
    });
    return { phoneVerified: true };
  }

  private async check(actor: Principal, userId: string, code: string): Promise<{ id: string; phone: string }> {
    try {
      return await this.codes.check(userId, code);
    } catch (error) {
      if (error instanceof DomainError) await this.events.publish(new PhoneCodeFailed(actor, userId, error.code));
      throw error;
    }
  }
}
