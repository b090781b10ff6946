import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { randomToken } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { AvatarRemoved, AvatarSet } from '../events/avatar.events.js';
import { avatarErrors } from './avatars.errors.js';
import { type Avatar, AvatarsRepository } from './avatars.repository.js';
import { type ImageFacts, readImage } from './image.reader.js';

/** Pixels of a side. */
const MOST_PIXELS = 4_096;
const NAME_BYTES = 16;
const ENDINGS: Readonly<Record<ImageFacts['type'], string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
};

/**
 * Where a picture is served. Its name cannot be guessed, and whoever has it may see the picture: browsers load pictures
 * without a token.
 */
export function avatarUrl(name: string): string {
  return `/api/v1/avatars/${name}`;
}

/** Keeps a picture of each person who wants one. */
@Injectable()
export class AvatarsService {
  constructor(
    private readonly avatars: AvatarsRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /** @throws DomainError avatar_not_an_image, avatar_dimensions */
  async set(actor: Principal, bytes: Buffer): Promise<{ url: string }> {
    const { userId } = personOf(actor);
    const image = readImage(bytes);
    if (!image) throw avatarErrors.avatar_not_an_image();
    if (![image.width, image.height].every((side) => side >= 1 && side <= MOST_PIXELS)) {
      throw avatarErrors.avatar_dimensions();
    }
    const name = `${randomToken(NAME_BYTES)}.${ENDINGS[image.type]}`;
    await this.work.run(async () => {
      await this.avatars.save(userId, { name, type: image.type, bytes });
      await this.events.publish(new AvatarSet(actor, userId, { ...image, bytes: bytes.length }));
    });
    return { url: avatarUrl(name) };
  }

  /** @throws DomainError avatar_not_found */
  async remove(actor: Principal): Promise<void> {
    const { userId } = personOf(actor);
    await this.work.run(async () => {
      if (!(await this.avatars.remove(userId))) throw avatarErrors.avatar_not_found();
      await this.events.publish(new AvatarRemoved(actor, userId));
    });
  }

  /** @throws DomainError avatar_not_found */
  async read(_actor: Principal, name: string): Promise<Avatar> {
    const avatar = await this.avatars.find(name);
    if (!avatar) throw avatarErrors.avatar_not_found();
    return avatar;
  }
}
