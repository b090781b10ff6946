import { Body, Controller, Delete, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, type Principal, SIGNED_IN } from '#libs/access';
import { Endpoint, one } from '#libs/http';
import { AvatarLinkDto } from '../dto/avatar.dto.js';
import { AvatarsService } from './avatars.service.js';

const TYPES = ['image/png', 'image/jpeg', 'image/webp'];
const MOST_BYTES = 2_097_152;

@ApiTags('Users')
@Controller('api/v1/users/me/avatar')
export class OwnAvatarController {
  constructor(private readonly avatars: AvatarsService) {}

  @Put()
  @Endpoint({
    access: SIGNED_IN,
    summary: 'Set your picture',
    description:
      'The body is the file: a PNG, JPEG or WebP of at most 2 MiB and 4096 pixels a side. It is told by its bytes, not by its name.',
    upload: { types: TYPES, maxBytes: MOST_BYTES },
    returns: one(AvatarLinkDto),
    errors: { 415: ['avatar_not_an_image'], 422: ['avatar_dimensions'] },
  })
  setMyAvatar(@Actor() actor: Principal, @Body() file: Buffer): Promise<AvatarLinkDto> {
    return this.avatars.set(actor, file);
  }

  @Delete()
  @Endpoint({ access: SIGNED_IN, summary: 'Remove your picture', errors: { 404: ['avatar_not_found'] } })
  removeMyAvatar(@Actor() actor: Principal): Promise<void> {
    return this.avatars.remove(actor);
  }
}
