import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { accessErrors, type Authentication, Authenticator, bannedError, type UserPrincipal } from '#libs/access';
import { Clock } from '#libs/kernel';
import { PERSONAL_TOKEN_FORMAT } from '../tokens/personal-token.secrets.js';
import { PersonalTokenVerifier } from '../tokens/personal-token.verifier.js';
import type { BannedPerson } from './session.reader.js';
import { SessionVerifier } from './session.verifier.js';

const BEARER = /^Bearer +(\S+)$/i;

/** Recognises people by the access token of their session, or by a personal access token. */
@Injectable()
export class SessionAuthenticator extends Authenticator {
  readonly accepts = 'session';

  constructor(
    private readonly sessions: SessionVerifier,
    private readonly personal: PersonalTokenVerifier,
    private readonly clock: Clock,
  ) {
    super();
  }

  async authenticate({ authorization = '' }: IncomingHttpHeaders): Promise<Authentication> {
    const token = BEARER.exec(authorization)?.[1];
    const principal = token === undefined ? undefined : await this.verify(token);
    if (principal?.kind === 'banned') return { accepted: false, error: bannedError(principal.until, this.clock.now()) };
    return principal ? { accepted: true, principal } : { accepted: false, error: accessErrors.unauthorized() };
  }

  private verify(token: string): Promise<UserPrincipal | BannedPerson | undefined> {
    return token.startsWith(PERSONAL_TOKEN_FORMAT.prefix) ? this.personal.verify(token) : this.sessions.verify(token);
  }
}
