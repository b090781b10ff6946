import { Injectable } from '@nestjs/common';
import { accessErrors, personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Clock } from '#libs/kernel';
import type { UpdateProfileDto } from './dto/user.request.dto.js';
import { UserUpdated } from './events/user.events.js';
import type { UserEntity } from './user.entity.js';
import { UsersRepository } from './users.repository.js';

/** What people do with their own account. */
@Injectable()
export class UsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  async profile(actor: Principal): Promise<UserEntity> {
    const user = await this.users.findById(personOf(actor).userId);
    if (!user) throw accessErrors.unauthorized();
    return user;
  }

  async updateProfile(actor: Principal, { name }: UpdateProfileDto): Promise<UserEntity> {
    return this.work.run(async () => {
      const change = await this.users.rename(personOf(actor).userId, name, this.clock.date());
      if (!change) throw accessErrors.unauthorized();
      await this.events.publish(new UserUpdated(actor, change.before, change.after));
      return change.after;
    });
  }
}
