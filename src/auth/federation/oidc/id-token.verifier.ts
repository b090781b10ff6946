import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { inspectToken, subjectOf, TokenRefused, verifyToken } from './compact.token.js';

/** Whose tokens we take, and when. */
export interface TokenExpectations {
  readonly issuer: string;
  readonly clientId: string;
  readonly algorithms: readonly string[];
  readonly clockToleranceSeconds: number;
  readonly now: Date;
  /** Finds the key among those of the issuer, and nowhere else. */
  readonly keys: JWTVerifyGetKey;
}

/** What an ID token must be to prove anything. */
export interface IdTokenExpectations extends TokenExpectations {
  readonly nonce: string;
}

/** What a token proved. */
export interface IdTokenClaims extends JWTPayload {
  readonly sub: string;
}

/** A token is made for the answer that brings it. */
const OLDEST_SECONDS = 600;

/**
 * Verifies an ID token (OpenID Connect Core 3.1.3.7, with RFC 8725): signature by a key of the issuer and an algorithm
 * of the list, issuer, audience, authorised party, nonce and times, each exactly. What is not said to be right is wrong.
 *
 * @throws TokenRefused; whatever finds the keys may throw its own
 */
export async function verifyIdToken(token: unknown, expected: IdTokenExpectations): Promise<IdTokenClaims> {
  const { issuer, clientId, nonce, algorithms, clockToleranceSeconds, now, keys } = expected;
  // Another type says what else it could be: an access token, a log-out token.
  const payload = await verifyToken(inspectToken(token, ['jwt']), keys, {
    issuer,
    audience: clientId,
    algorithms: [...algorithms],
    requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce'],
    maxTokenAge: OLDEST_SECONDS,
    clockTolerance: clockToleranceSeconds,
    currentDate: now,
  });
  if (payload['nonce'] !== nonce) throw new TokenRefused('nonce');
  checkParty(payload, clientId);
  return { ...payload, sub: subjectOf(payload) };
}

/** A token for several is for us only when it was given to us. */
function checkParty({ aud, azp }: JWTPayload, clientId: string): void {
  const isForSeveral = Array.isArray(aud) && aud.length > 1;
  if ((azp !== undefined || isForSeveral) && azp !== clientId) throw new TokenRefused('azp');
}
