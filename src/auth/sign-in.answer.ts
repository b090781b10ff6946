import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { either } from '#libs/http';
import type { SignInChallenge } from './challenges/sign-in.challenges.js';
import { MfaChallengeDto, SessionDto } from './dto/auth.response.dto.js';
import { RefreshCookie } from './sessions/refresh.cookie.js';
import type { Admission } from './sign-in.gate.js';

/** What every route that signs somebody in returns. */
export const SESSION_OR_CHALLENGE = either(SessionDto, MfaChallengeDto, 'challengeToken');

/** Answers every way of signing in: with a session and its cookie, or with the question for a second factor. */
@Injectable()
export class SignInAnswer {
  constructor(private readonly cookie: RefreshCookie) {}

  async give(reply: FastifyReply, admission: Admission): Promise<SessionDto | MfaChallengeDto> {
    if (admission.kind === 'session') return this.cookie.handOver(reply, admission.session);
    return challengeAnswer(admission.challenge);
  }
}

/** How somebody is asked for a second factor. */
export function challengeAnswer({ token, methods, expiresInSeconds }: SignInChallenge): MfaChallengeDto {
  return { mfaRequired: true, challengeToken: token, methods: [...methods], expiresIn: expiresInSeconds };
}
