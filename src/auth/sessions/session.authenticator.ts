import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { accessErrors, type Authentication, Authenticator, bannedError } from '#libs/access';
import { Clock } from '#libs/kernel';
import { SessionVerifier } from './session.verifier.js';

const BEARER = /^Bearer +(\S+)$/i;

/** Recognises people by the access token of their session. */
@Injectable()
export class SessionAuthenticator extends Authenticator {
  readonly accepts = 'session';

  constructor(
    private readonly sessions: SessionVerifier,
    private readonly clock: Clock,
  ) {
    super();
  }

  async authenticate({ authorization = '' }: IncomingHttpHeaders): Promise<Authentication> {
    const token = BEARER.exec(authorization)?.[1];
    const principal = token === undefined ? undefined : await this.sessions.verify(token);
    if (principal?.kind === 'banned') return { accepted: false, error: bannedError(principal.until, this.clock.now()) };
    return principal ? { accepted: true, principal } : { accepted: false, error: accessErrors.unauthorized() };
  }
}
