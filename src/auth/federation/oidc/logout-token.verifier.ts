import { inspectToken, subjectOf, TokenRefused, verifyToken } from './compact.token.js';
import type { TokenExpectations } from './id-token.verifier.js';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** A provider tells at once; a token that lay about must not end sessions that were opened since. */
const OLDEST_SECONDS = 120;

/**
 * Verifies a log-out token (OpenID Connect Back-Channel Logout 1.0, 2.6).
 *
 * @returns the subject that is to be signed out
 * @throws TokenRefused, also for one that names a session of the provider alone; whatever finds the keys may throw its own
 */
export async function verifyLogoutToken(token: unknown, expected: TokenExpectations): Promise<string> {
  const { issuer, clientId, algorithms, clockToleranceSeconds, now, keys } = expected;
  const payload = await verifyToken(inspectToken(token, ['jwt', 'logout+jwt']), keys, {
    issuer,
    audience: clientId,
    algorithms: [...algorithms],
    requiredClaims: ['iss', 'sub', 'aud', 'iat', 'jti', 'events'],
    maxTokenAge: OLDEST_SECONDS,
    clockTolerance: clockToleranceSeconds,
    currentDate: now,
  });
  // An ID token has one, and proves the opposite.
  if (payload['nonce'] !== undefined) throw new TokenRefused('nonce');
  const { events } = payload;
  const event = typeof events === 'object' && events !== null ? (events as Record<string, unknown>)[EVENT] : undefined;
  if (typeof event !== 'object' || event === null) throw new TokenRefused('events');
  return subjectOf(payload);
}
