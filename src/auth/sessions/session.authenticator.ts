import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { accessErrors, type Authentication, Authenticator } from '#libs/access';
import { SessionVerifier } from './session.verifier.js';

const BEARER = /^Bearer +(\S+)$/i;

/** Recognises people by the access token of their session. */
@Injectable()
export class SessionAuthenticator extends Authenticator {
  readonly accepts = 'session';

  constructor(private readonly sessions: SessionVerifier) {
    super();
  }

  async authenticate({ authorization = '' }: IncomingHttpHeaders): Promise<Authentication> {
    const token = BEARER.exec(authorization)?.[1];
    const principal = token === undefined ? undefined : await this.sessions.verify(token);
    return principal ? { accepted: true, principal } : { accepted: false, error: accessErrors.unauthorized() };
  }
}
