import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Clock } from '#libs/kernel';
import { UserUpdated } from './events/user.events.js';
import type { User } from './user.entity.js';
import { userErrors } from './users.errors.js';
import { UsersRepository } from './users.repository.js';

/** Who a person is; what is left out stays. The address is in canonical form. */
export type Description = Partial<Pick<User, 'email' | 'name'>>;

/** Lets a company's directory say who its people are. */
@Injectable()
export class AccountChanges {
  constructor(
    private readonly users: UsersRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** What is so already is no change. @throws DomainError user_not_found, user_email_taken */
  async describe(actor: Principal, id: string, { email, name }: Description): Promise<void> {
    await this.work.run(async () => {
      const before = await this.users.findLocked(id);
      if (!before) throw userErrors.user_not_found();
      const after = {
        ...before,
        email: email ?? before.email,
        name: name ?? before.name,
        updatedAt: this.clock.date(),
      };
      if (after.email === before.email && after.name === before.name) return;
      if (!(await this.users.describe(before, after))) throw userErrors.user_email_taken({ param: 'email' });
      await this.events.publish(new UserUpdated(actor, before, after));
    });
  }
}
