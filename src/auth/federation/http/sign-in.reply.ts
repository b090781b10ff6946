import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { project } from '#libs/http';
import { MfaChallengeDto, SessionDto } from '../../dto/auth.response.dto.js';
import { SignInAnswer } from '../../sign-in.answer.js';
import type { Admission } from '../../sign-in.gate.js';
import type { Arrived } from '../arrival.js';

const SEE_OTHER = 303;

/** Answers whoever came back from a provider: browsers go on to where they wanted, programs get JSON. */
@Injectable()
export class SignInReply {
  constructor(private readonly answer: SignInAnswer) {}

  /** @throws DomainError to programs, when they were refused */
  async send(reply: FastifyReply, { returnTo, outcome }: Arrived): Promise<void> {
    void reply.header('cache-control', 'no-store');
    if (outcome.kind === 'refused') {
      if (wantsJson(reply)) throw outcome.error;
      returnTo.searchParams.set('error', outcome.error.code);
    }
    if (outcome.kind === 'admitted') return this.handOver(reply, returnTo, outcome.admission);
    if (outcome.kind === 'linked') returnTo.searchParams.set('linked', 'true');
    await (wantsJson(reply) ? reply.send({ data: { linked: true } }) : reply.redirect(returnTo.href, SEE_OTHER));
  }

  /**
   * A browser gets the refresh cookie alone, because an access token in an address would stay in its history; or the
   * question for a second factor, behind the # that it sends to no server.
   */
  private async handOver(reply: FastifyReply, returnTo: URL, admission: Admission): Promise<void> {
    const given = await this.answer.give(reply, admission);
    const dto = 'challengeToken' in given ? MfaChallengeDto : SessionDto;
    if ('challengeToken' in given) returnTo.hash = `mfa_challenge=${given.challengeToken}`;
    await (wantsJson(reply) ? reply.send({ data: project(dto, given) }) : reply.redirect(returnTo.href, SEE_OTHER));
  }
}

/** Browsers ask for pages. */
function wantsJson({ request }: FastifyReply): boolean {
  const { accept = '' } = request.headers;
  return accept.includes('application/json') && !accept.includes('text/html');
}
