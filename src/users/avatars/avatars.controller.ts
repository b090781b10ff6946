import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Actor, type Principal, PUBLIC } from '#libs/access';
import { Endpoint } from '#libs/http';
import { AvatarParamDto } from '../dto/avatar.dto.js';
import { writeAvatar } from './avatar.answer.js';
import { AvatarsService } from './avatars.service.js';

@ApiTags('Users')
@Controller('api/v1/avatars')
export class AvatarsController {
  constructor(private readonly avatars: AvatarsService) {}

  @Get(':name')
  @Endpoint({
    access: PUBLIC,
    summary: "A person's picture",
    description: 'For whoever knows its address, which cannot be guessed: browsers load pictures without a token.',
    raw: { description: 'The picture.', contentType: 'image/*' },
    errors: { 404: ['avatar_not_found'], 503: ['database_unavailable', 'statement_timeout', 'shutting_down'] },
  })
  async getAvatar(
    @Actor() actor: Principal,
    @Param() { name }: AvatarParamDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await writeAvatar(request, reply, await this.avatars.read(actor, name));
  }
}
