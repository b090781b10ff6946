import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, type Principal, SIGNED_IN } from '#libs/access';
import { Endpoint, feed, FeedQueryDto } from '#libs/http';
import type { CursorPage } from '#libs/kernel';
import { PastSignInDto } from './dto/sign-in.response.dto.js';
import { SignInHistory } from './sign-in.history.js';

@ApiTags('Auth')
@Controller('api/v1/auth/sign-ins')
export class SignInsController {
  constructor(private readonly history: SignInHistory) {}

  @Get()
  @Endpoint({
    access: SIGNED_IN,
    summary: 'Who signed in to your account, and who tried to, the newest first',
    description: 'Of the last 90 days.',
    returns: feed(PastSignInDto),
  })
  listSignIns(@Actor() actor: Principal, @Query() query: FeedQueryDto): Promise<CursorPage<PastSignInDto>> {
    return this.history.list(actor, query);
  }
}
