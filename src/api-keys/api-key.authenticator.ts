import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { type Authentication, Authenticator, bannedError } from '#libs/access';
import { httpErrors } from '#libs/http';
import { Clock, type DomainError } from '#libs/kernel';
import { ApiKeyActivity } from './api-key.activity.js';
import { apiKeyErrors } from './api-keys.errors.js';
import { ApiKeyVerifier, type Verification } from './api-key.verifier.js';

const BEARER = /^Bearer +(\S+) *$/i;
const RETRY_AFTER_SECONDS = 1;

/** Recognises programs by the API key that they send, as `Authorization: Bearer`, `X-Client-API-Key` or `X-Api-Key`. */
@Injectable()
export class ApiKeyAuthenticator extends Authenticator {
  readonly accepts = 'api-key';

  constructor(
    private readonly verifier: ApiKeyVerifier,
    private readonly activity: ApiKeyActivity,
    private readonly clock: Clock,
  ) {
    super();
  }

  authenticate(headers: IncomingHttpHeaders): Authentication | Promise<Authentication> {
    const bearer = BEARER.exec(headers.authorization ?? '')?.[1];
    const given = [bearer, headers['x-client-api-key'], headers['x-api-key']].filter(isGiven);
    const [credential] = given;
    if (credential === undefined) return refused(apiKeyErrors.missing_api_key());
    // Which of them pays for the call must not depend on who looks.
    if (given.some((other) => other !== credential)) return refused(apiKeyErrors.conflicting_api_keys());
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
    if (verification.outcome === 'owner_banned') return refused(bannedError(verification.until, this.clock.now()));
    if (verification.outcome === 'unavailable') {
      return refused(httpErrors.database_unavailable({ retryAfterSeconds: RETRY_AFTER_SECONDS }));
    }
    return refused(apiKeyErrors.invalid_api_key());
  }
}

function isGiven(value: string | string[] | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

function refused(error: DomainError): Authentication {
  return { accepted: false, error };
}
