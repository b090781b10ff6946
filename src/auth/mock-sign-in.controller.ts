import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Actor, type Principal, PUBLIC } from '#libs/access';
import { Endpoint } from '#libs/http';
import { MockSignInQueryDto } from './dto/auth.request.dto.js';
import type { MfaChallengeDto, SessionDto } from './dto/auth.response.dto.js';
import { MockSignInService } from './mock-sign-in.service.js';
import { SESSION_OR_CHALLENGE, SignInAnswer } from './sign-in.answer.js';

@ApiTags('Auth')
@Controller('api/auth')
export class MockSignInController {
  constructor(
    private readonly mockSignIn: MockSignInService,
    private readonly answer: SignInAnswer,
  ) {}

  @Get('mock-login')
  @Endpoint({
    access: PUBLIC,
    summary: 'Sign in without a password',
    description: 'Only with `MOCK_AUTH=true`, in development and tests.',
    returns: SESSION_OR_CHALLENGE,
    errors: { 404: ['route_not_found'] },
  })
  async mockLogin(
    @Actor() actor: Principal,
    @Query() query: MockSignInQueryDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionDto | MfaChallengeDto> {
    return this.answer.give(reply, await this.mockSignIn.signIn(actor, query));
  }
}
