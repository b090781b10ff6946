import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { either } from '#libs/http';
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
    const { token, methods, expiresInSeconds } = admission.challenge;
    return { mfaRequired: true, challengeToken: token, methods: [...methods], expiresIn: expiresInSeconds };
  }
}
