import { Body, Controller, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Actor, bySession, despite, DUTIES, type Principal, PUBLIC, SIGNED_IN } from '#libs/access';
import { Endpoint, one } from '#libs/http';
import { type MfaChallengeDto, SessionDto } from '../dto/auth.response.dto.js';
import { PasskeyOptionsDto } from '../passkeys/dto/passkeys.response.dto.js';
import { FromWhere, type Whence } from '../sessions/whence.decorator.js';
import { SignInAnswer } from '../sign-in.answer.js';
import { PasskeyFactorDto, ReauthenticateDto, VerifyMfaDto } from './dto/proofs.request.dto.js';
import { ProofDto } from './dto/proofs.response.dto.js';
import { MfaVerification } from './mfa.verification.js';
import { Reauthentication } from './reauthentication.js';

@ApiTags('Second factors')
@Controller('api/auth')
export class ProofsController {
  constructor(
    private readonly verification: MfaVerification,
    private readonly reauthentication: Reauthentication,
    private readonly answer: SignInAnswer,
  ) {}

  @Post('mfa/passkey-options')
  @Endpoint({
    access: PUBLIC,
    summary: 'Begin to complete a sign-in with a passkey',
    status: 200,
    returns: one(PasskeyOptionsDto),
    errors: { 401: ['challenge_ended'] },
  })
  beginPasskeyFactor(@Body() { challengeToken }: PasskeyFactorDto): Promise<PasskeyOptionsDto> {
    return this.verification.passkeyOptions(challengeToken);
  }

  @Post('mfa/verify')
  @Endpoint({
    access: PUBLIC,
    summary: 'Complete a sign-in with a second factor',
    description:
      'Takes a code or a passkey; each works once. Five wrong ones end the challenge; then the sign-in begins anew.',
    status: 200,
    returns: one(SessionDto),
    errors: {
      400: ['proof_required'],
      401: ['challenge_ended', 'second_factor_rejected', 'invalid_credentials'],
      423: ['account_locked'],
    },
  })
  async verifyMfa(
    @Actor() actor: Principal,
    @Body() proof: VerifyMfaDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionDto | MfaChallengeDto> {
    return this.answer.give(reply, await this.verification.verify(actor, proof));
  }

  @Post('reauthenticate/passkey-options')
  @Endpoint({
    access: bySession(despite(SIGNED_IN, ...DUTIES)),
    summary: 'Begin to prove once more who you are with a passkey',
    status: 200,
    returns: one(PasskeyOptionsDto),
  })
  beginReauthentication(@Actor() actor: Principal): Promise<PasskeyOptionsDto> {
    return this.reauthentication.passkeyOptions(actor);
  }

  @Post('reauthenticate')
  @Endpoint({
    access: bySession(despite(SIGNED_IN, ...DUTIES)),
    summary: 'Prove once more who you are',
    description:
      'Opens what is refused with `recent_auth_required`. Takes a passkey, or your password and a code as well where you have a second factor.',
    status: 200,
    returns: one(ProofDto),
    errors: {
      400: ['password_required', 'wrong_password', 'code_required', 'wrong_code', 'wrong_passkey'],
      403: ['sign_in_again'],
      423: ['account_locked'],
      429: ['rate_limited'],
      503: ['sign_in_busy'],
    },
  })
  reauthenticate(
    @Actor() actor: Principal,
    @Body() proof: ReauthenticateDto,
    @FromWhere() whence: Whence,
  ): Promise<ProofDto> {
    return this.reauthentication.run(actor, proof, whence);
  }
}
