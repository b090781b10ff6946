import { Body, Controller, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Actor, type Principal, PUBLIC } from '#libs/access';
import { Endpoint, Network, one } from '#libs/http';
import type { MfaChallengeDto, SessionDto } from '../dto/auth.response.dto.js';
import { SESSION_OR_CHALLENGE, SignInAnswer } from '../sign-in.answer.js';
import { PasskeySignInDto } from './dto/passkeys.request.dto.js';
import { PasskeyOptionsDto } from './dto/passkeys.response.dto.js';
import { PasskeySignInService } from './passkey-sign-in.service.js';

@ApiTags('Passkeys')
@Controller('api/auth/passkey-login')
export class PasskeySignInController {
  constructor(
    private readonly signIn: PasskeySignInService,
    private readonly answer: SignInAnswer,
  ) {}

  @Post('options')
  @Endpoint({
    access: PUBLIC,
    summary: 'Begin to sign in with a passkey',
    description: 'Takes no address, so it tells nobody who has an account.',
    status: 200,
    returns: one(PasskeyOptionsDto),
    errors: { 429: ['rate_limited'] },
  })
  beginPasskeySignIn(@Network() network: string): Promise<PasskeyOptionsDto> {
    return this.signIn.options(network);
  }

  @Post()
  @Endpoint({
    access: PUBLIC,
    summary: 'Sign in with a passkey',
    description: 'It is both factors: the key on the device, and the device has recognised its owner.',
    status: 200,
    returns: SESSION_OR_CHALLENGE,
    errors: { 401: ['passkey_rejected', 'invalid_credentials'] },
  })
  async passkeyLogin(
    @Actor() actor: Principal,
    @Body() { credential }: PasskeySignInDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionDto | MfaChallengeDto> {
    return this.answer.give(reply, await this.signIn.signIn(actor, credential));
  }
}
