import { Injectable } from '@nestjs/common';
import { accessErrors, personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { httpErrors } from '#libs/http';
import { Clock } from '#libs/kernel';
import { AvatarsRepository } from './avatars/avatars.repository.js';
import { avatarUrl } from './avatars/avatars.service.js';
import type { UpdateProfileDto } from './dto/user.request.dto.js';
import { UserUpdated } from './events/user.events.js';
import type { User } from './user.entity.js';
import { UsersRepository } from './users.repository.js';

/** An account as its owner sees it. */
export interface Profile extends User {
  readonly avatarUrl: string | null;
  readonly emailVerified: boolean;
  /** A number is kept only once its owner has shown that it is theirs. */
  readonly phoneVerified: boolean;
}

/** What people do with their own account. */
@Injectable()
export class UsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly avatars: AvatarsRepository,
  ) {}

  async profile(actor: Principal): Promise<Profile> {
    const user = await this.users.findById(personOf(actor).userId);
    if (!user) throw accessErrors.unauthorized();
    return this.shown(user);
  }

  async updateProfile(actor: Principal, changes: UpdateProfileDto): Promise<Profile> {
    const name = nameIn(changes);
    return this.work.run(async () => {
      const change = await this.users.rename(personOf(actor).userId, name, this.clock.date());
      if (!change) throw accessErrors.unauthorized();
      await this.events.publish(new UserUpdated(actor, change.before, change.after));
      return this.shown(change.after);
    });
  }

  private async shown(user: User): Promise<Profile> {
    const picture = await this.avatars.nameOf(user.id);
    return {
      ...user,
      avatarUrl: picture === undefined ? null : avatarUrl(picture),
      emailVerified: user.emailVerifiedAt !== null,
      phoneVerified: user.phone !== null,
    };
  }
}

/** @throws DomainError validation_failed unless one of the two spellings is there: who sends both may mean either */
function nameIn({ name, fullName }: UpdateProfileDto): string {
  const given = name ?? fullName;
  if (given === undefined) throw httpErrors.validation_failed({ param: 'name', message: 'name is required' });
  if (name !== undefined && fullName !== undefined) {
    throw httpErrors.validation_failed({
      param: 'fullName',
      message: 'fullName is another spelling of name: send one of them',
    });
  }
  return given;
}
