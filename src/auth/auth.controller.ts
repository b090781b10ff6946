import { Body, Controller, Get, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Actor, type Principal, PUBLIC, SIGNED_IN } from '#libs/access';
import { Endpoint, Network, one } from '#libs/http';
import { MockSignInQueryDto, RegisterDto, SignInDto } from './dto/auth.request.dto.js';
import { AccountDto, SessionDto } from './dto/auth.response.dto.js';
import { MockSignInService } from './mock-sign-in.service.js';
import { OriginGuard } from './sessions/origin.guard.js';
import { RefreshCookie } from './sessions/refresh.cookie.js';
import { RegistrationService } from './registration.service.js';
import { SessionKeeper } from './sessions/session.keeper.js';
import { SessionsService } from './sessions/sessions.service.js';
import { SignInService } from './sign-in.service.js';

@ApiTags('Auth')
@Controller('api/auth')
export class AuthController {
  constructor(
    private readonly registration: RegistrationService,
    private readonly signIn: SignInService,
    private readonly mockSignIn: MockSignInService,
    private readonly sessions: SessionsService,
    private readonly keeper: SessionKeeper,
    private readonly cookie: RefreshCookie,
  ) {}

  @Post('register')
  @Endpoint({
    access: PUBLIC,
    summary: 'Make an account',
    description: 'The first account of a new house is its administrator.',
    status: 201,
    returns: one(AccountDto),
    errors: {
      400: ['password_rejected'],
      403: ['registration_closed'],
      409: ['user_email_taken'],
      429: ['rate_limited'],
      503: ['sign_in_busy'],
    },
  })
  register(@Actor() actor: Principal, @Body() account: RegisterDto, @Network() network: string): Promise<AccountDto> {
    return this.registration.register(actor, account, network);
  }

  @Post('login')
  @Endpoint({
    access: PUBLIC,
    summary: 'Sign in',
    description: 'The access token is in the answer, the refresh token in an HttpOnly cookie.',
    returns: one(SessionDto),
    errors: { 401: ['invalid_credentials'], 429: ['rate_limited'], 503: ['sign_in_busy'] },
  })
  async login(
    @Actor() actor: Principal,
    @Body() credentials: SignInDto,
    @Network() network: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionDto> {
    return this.cookie.handOver(reply, await this.signIn.signIn(actor, credentials, network));
  }

  @Post('refresh')
  @UseGuards(OriginGuard)
  @Endpoint({
    access: PUBLIC,
    summary: 'Go on with a session',
    description:
      'Takes the refresh token from its cookie and changes it. A refresh token that comes a second time ends the session.',
    returns: one(SessionDto),
    errors: { 401: ['session_ended', 'session_expired'], 403: ['origin_not_allowed'] },
  })
  async refresh(
    @Actor() actor: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionDto> {
    return this.cookie.handOver(reply, await this.sessions.refresh(actor, this.cookie.read(request)));
  }

  @Post('logout')
  @Endpoint({
    access: SIGNED_IN,
    summary: 'Sign out',
    description: 'Ends this session at once, also for access tokens that have not run out. Other sessions go on.',
  })
  logout(@Actor() actor: Principal, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    return this.keeper.signOut(actor).then(() => this.cookie.clear(reply));
  }

  @Get('mock-login')
  @Endpoint({
    access: PUBLIC,
    summary: 'Sign in without a password',
    description: 'Only with `MOCK_AUTH=true`, in development and tests.',
    returns: one(SessionDto),
    errors: { 404: ['route_not_found'] },
  })
  async mockLogin(
    @Actor() actor: Principal,
    @Query() query: MockSignInQueryDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionDto> {
    return this.cookie.handOver(reply, await this.mockSignIn.signIn(actor, query));
  }
}
