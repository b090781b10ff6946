import { Module } from '@nestjs/common';
import { AvatarsController } from './avatars.controller.js';
import { AvatarsRepository } from './avatars.repository.js';
import { AvatarsService } from './avatars.service.js';
import { OwnAvatarController } from './own-avatar.controller.js';

/** People's pictures. */
@Module({
  controllers: [OwnAvatarController, AvatarsController],
  providers: [AvatarsService, AvatarsRepository],
  exports: [AvatarsRepository],
})
export class AvatarsModule {}
