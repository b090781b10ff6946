import { Body, Controller, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Actor, bySession, despite, DUTIES, type Principal, PUBLIC, SIGNED_IN } from '#libs/access';
import { Endpoint, Network, one } from '#libs/http';
import { RegisterDto, SignInDto } from './dto/auth.request.dto.js';
import { type MfaChallengeDto, SessionDto } from './dto/auth.response.dto.js';
import { CsrfGuard } from './sessions/csrf.guard.js';
import { FromWhere, type Whence } from './sessions/whence.decorator.js';
import { OriginGuard } from './sessions/origin.guard.js';
import { RefreshCookie } from './sessions/refresh.cookie.js';
import { PasswordSignIn } from './password.sign-in.js';
import { RegistrationDto } from './registration/dto/registration.response.dto.js';
import { RegistrationService } from './registration/registration.service.js';
import { SessionKeeper } from './sessions/session.keeper.js';
import { SessionsService } from './sessions/sessions.service.js';
import { SESSION_OR_CHALLENGE, SignInAnswer } from './sign-in.answer.js';

@ApiTags('Auth')
@Controller('api/auth')
export class AuthController {
  constructor(
    private readonly registration: RegistrationService,
    private readonly signIn: PasswordSignIn,
    private readonly sessions: SessionsService,
    private readonly keeper: SessionKeeper,
    private readonly cookie: RefreshCookie,
    private readonly answer: SignInAnswer,
  ) {}

  @Post('register')
  @Endpoint({
    access: PUBLIC,
    summary: 'Make an account',
    description:
      'The first account of a new house is its administrator. With an invitation, also while registration is closed.',
    status: 201,
    returns: one(RegistrationDto),
    errors: {
      400: ['password_rejected'],
      403: ['registration_closed', 'email_domain_not_allowed', 'invitation_invalid', 'banned'],
      409: ['user_email_taken'],
      429: ['rate_limited'],
      503: ['sign_in_busy'],
    },
  })
  register(
    @Actor() actor: Principal,
    @Body() account: RegisterDto,
    @Network() network: string,
  ): Promise<RegistrationDto> {
    return this.registration.register(actor, account, network);
  }

  @Post('login')
  @Endpoint({
    access: PUBLIC,
    summary: 'Sign in',
    description:
      'The access token is in the answer, the refresh token in an HttpOnly cookie. Whoever has a second factor is asked for it instead.',
    returns: SESSION_OR_CHALLENGE,
    errors: {
      401: ['invalid_credentials'],
      403: [
        'email_not_verified',
        'banned',
        'required_group_missing',
        'provider_sign_up_closed',
        'provider_email_missing',
        'provider_email_unverified',
      ],
      409: ['provider_mismatch'],
      423: ['account_locked'],
      429: ['rate_limited'],
      503: ['sign_in_busy', 'identity_provider_unavailable'],
    },
  })
  async login(
    @Actor() actor: Principal,
    @Body() credentials: SignInDto,
    @FromWhere() whence: Whence,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionDto | MfaChallengeDto> {
    return this.answer.give(reply, await this.signIn.signIn(actor, credentials, whence));
  }

  @Post('refresh')
  @UseGuards(OriginGuard, CsrfGuard)
  @ApiHeader({
    name: 'X-CSRF-Token',
    required: false,
    description:
      'The `csrfToken` of the sign-in, also in the cookie `sluice_csrf`. Without it the cookie opens nothing.',
  })
  @Endpoint({
    access: PUBLIC,
    summary: 'Go on with a session',
    description:
      'Takes the refresh token from its cookie and changes it. A refresh token that comes a second time ends the session.',
    returns: one(SessionDto),
    errors: { 401: ['session_ended', 'session_expired'], 403: ['origin_not_allowed', 'csrf_token_invalid'] },
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
    access: bySession(despite(SIGNED_IN, ...DUTIES)),
    summary: 'Sign out',
    description: 'Ends this session at once, also for access tokens that have not run out. Other sessions go on.',
  })
  logout(@Actor() actor: Principal, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    return this.keeper.signOut(actor).then(() => this.cookie.clear(reply));
  }
}
