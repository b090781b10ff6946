import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Mailer, SealedOutbox } from '#libs/mail';
import { currentRequest } from '#libs/observability';
import { UserDirectory } from '../../users/user.directory.js';
import { type Asked, repeatedRegistrationLetter } from '../recovery/letters.js';
import { deviceOf } from '../sessions/device.js';
import { RegistrationRepeated } from './events/invitation.events.js';

const HANDLER = 'auth.registration-repeated';

interface Repetition extends Asked {
  readonly email: string;
}

/** Tells the owner of an account, and nobody else, that somebody wanted to make another with its address. */
@Injectable()
export class RepeatedRegistrations implements OnModuleInit {
  constructor(
    private readonly outbox: SealedOutbox,
    private readonly users: UserDirectory,
    private readonly mailer: Mailer,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  onModuleInit(): void {
    this.outbox.register<Repetition>(HANDLER, async ({ email, ...asked }) => {
      const account = await this.users.findByEmail(email);
      if (account?.status === 'active') await this.mailer.mail(repeatedRegistrationLetter(email, asked));
    });
  }

  async tell(actor: Principal, email: string): Promise<void> {
    const { ip = '', userAgent = null } = currentRequest() ?? {};
    const repetition: Repetition = { email, ip, device: deviceOf(userAgent) };
    await this.work.run(async () => {
      await this.events.publish(new RegistrationRepeated(actor, email));
      await this.outbox.add(HANDLER, repetition);
    });
  }
}
