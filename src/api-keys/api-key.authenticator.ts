import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { type Authentication, Authenticator } from '#libs/access';
import { httpErrors } from '#libs/http';
import type { DomainError } from '#libs/kernel';
import { ApiKeyActivity } from './api-key.activity.js';
import { apiKeyErrors } from './api-keys.errors.js';
import { ApiKeyVerifier, type Verification } from './api-key.verifier.js';

const BEARER = /^Bearer +(\S+) *$/i;
const RETRY_AFTER_SECONDS = 1;

/** Recognises programs by the API key that they send, as `Authorization: Bearer` or as `X-Client-API-Key`. */
@Injectable()
export class ApiKeyAuthenticator extends Authenticator {
  readonly accepts = 'api-key';

  constructor(
    private readonly verifier: ApiKeyVerifier,
    private readonly activity: ApiKeyActivity,
  ) {
    super();
  }

  authenticate(headers: IncomingHttpHeaders): Authentication | Promise<Authentication> {
    const bearer = BEARER.exec(headers.authorization ?? '')?.[1];
    const own = headers['x-client-api-key'];
    const client = typeof own === 'string' && own !== '' ? own : undefined;
    const credential = bearer ?? client;
    if (credential === undefined) return refused(apiKeyErrors.missing_api_key());
    // Which of the two pays for the call must not depend on who looks.
    if (client !== undefined && client !== credential) return refused(apiKeyErrors.conflicting_api_keys());
    const verification = this.verifier.verify(credential);
    return verification instanceof Promise
      ? verification.then((late) => this.conclude(late))
      : this.conclude(verification);
  }

  /** Every refusal but expiry looks the same from outside; the metric knows which it was. */
  private conclude(verification: Verification): Authentication {
    if (verification.outcome === 'accepted') {
      this.activity.note(verification.principal.id);
      return { accepted: true, principal: verification.principal };
    }
    if (verification.outcome === 'expired') return refused(apiKeyErrors.key_expired());
    if (verification.outcome === 'unavailable') {
      return refused(httpErrors.database_unavailable({ retryAfterSeconds: RETRY_AFTER_SECONDS }));
    }
    return refused(apiKeyErrors.invalid_api_key());
  }
}

function refused(error: DomainError): Authentication {
  return { accepted: false, error };
}
