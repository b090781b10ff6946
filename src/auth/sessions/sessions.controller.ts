import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, bySession, despite, DUTIES, type Principal, PUBLIC, SIGNED_IN } from '#libs/access';
import { Endpoint, IdParamDto, list, one } from '#libs/http';
import { ListedSessionDto, TokenStandingDto, ValidateTokenDto } from '../dto/session.dto.js';
import { SessionKeeper, type SessionView } from './session.keeper.js';
import { SessionVerifier, type TokenStanding } from './session.verifier.js';

@ApiTags('Auth')
@Controller('api')
export class SessionsController {
  constructor(
    private readonly keeper: SessionKeeper,
    private readonly verifier: SessionVerifier,
  ) {}

  @Get('v1/auth/sessions')
  @Endpoint({
    access: despite(SIGNED_IN, ...DUTIES),
    summary: 'Your own sessions',
    description: 'Those that go on, the newest first; as many as `MAX_SESSIONS_PER_USER` allows.',
    returns: list(ListedSessionDto),
  })
  listSessions(@Actor() actor: Principal): Promise<SessionView[]> {
    return this.keeper.list(actor);
  }

  @Delete('v1/auth/sessions/:id')
  @Endpoint({
    access: bySession(despite(SIGNED_IN, ...DUTIES)),
    summary: 'End one of your sessions',
    description: 'At once, also for its access tokens that have not run out.',
    errors: { 404: ['session_not_found'] },
  })
  endSession(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<void> {
    return this.keeper.endOne(actor, id);
  }

  @Delete('v1/auth/sessions')
  @Endpoint({ access: bySession(despite(SIGNED_IN, ...DUTIES)), summary: 'End all your sessions but this one' })
  endOtherSessions(@Actor() actor: Principal): Promise<void> {
    return this.keeper.endOthers(actor);
  }

  @Post('auth/validate')
  @Endpoint({
    access: PUBLIC,
    summary: 'Ask what an access token is worth',
    description: 'For programs that are handed one. It is not worth more than at the moment of the answer.',
    returns: one(TokenStandingDto),
  })
  validateToken(@Body() { token }: ValidateTokenDto): Promise<TokenStanding> {
    return this.verifier.standing(token);
  }
}
