import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';

/** What an ID token must be to prove anything. */
export interface IdTokenExpectations {
  readonly issuer: string;
  readonly clientId: string;
  readonly nonce: string;
  readonly algorithms: readonly string[];
  readonly clockToleranceSeconds: number;
  readonly now: Date;
  /** Finds the key among those of the issuer, and nowhere else. */
  readonly keys: JWTVerifyGetKey;
}

/** What a token proved. */
export interface IdTokenClaims extends JWTPayload {
  readonly sub: string;
}

/** The token proves nothing; the message says why, and holds nothing of the token. */
export class IdTokenRefused extends Error {
  override readonly name = 'IdTokenRefused';
}

/** Far more than any honest token: one that lists a thousand groups has half of it. */
const LONGEST = 65_536;
const LONGEST_SUBJECT = 255;
/** A token is made for the answer that brings it. */
const OLDEST_SECONDS = 600;
/** Headers by which a token would bring its own key, or change how it is read. */
const FORBIDDEN_HEADERS = ['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64', 'zip'];
const PART = /^[A-Za-z0-9_-]+$/;

/**
 * Verifies an ID token (OpenID Connect Core 3.1.3.7, with RFC 8725): signature by a key of the issuer and an algorithm
 * of the list, issuer, audience, authorised party, nonce and times, each exactly. One-way: what is not said to be right
 * is wrong.
 *
 * @throws IdTokenRefused; whatever finds the keys may throw its own
 */
export async function verifyIdToken(token: unknown, expected: IdTokenExpectations): Promise<IdTokenClaims> {
  const compact = inspect(token);
  const { payload } = await verified(compact, expected);
  if (payload['nonce'] !== expected.nonce) throw new IdTokenRefused('nonce');
  for (const name of ['exp', 'iat', 'nbf', 'auth_time']) {
    const value = payload[name];
    if (value !== undefined && !Number.isSafeInteger(value)) throw new IdTokenRefused(`${name} is no whole number`);
  }
  checkParty(payload, expected.clientId);
  const { sub } = payload;
  if (typeof sub !== 'string' || sub === '' || sub.length > LONGEST_SUBJECT || /\p{Cc}/u.test(sub)) {
    throw new IdTokenRefused('sub');
  }
  return { ...payload, sub };
}

/** Refuses by its form what no issuer makes, before any key is looked for. */
function inspect(token: unknown): string {
  if (typeof token !== 'string' || token.length > LONGEST) throw new IdTokenRefused('size');
  const parts = token.split('.');
  // One spelling for each token: base64url has spare bits, in which another text would mean the same.
  if (parts.length !== 3 || !parts.every((part) => PART.test(part) && isCanonical(part))) {
    throw new IdTokenRefused('form');
  }
  let header: Record<string, unknown>;
  try {
    header = { ...decodeProtectedHeader(token) };
  } catch {
    throw new IdTokenRefused('header');
  }
  const foreign = FORBIDDEN_HEADERS.find((name) => header[name] !== undefined);
  if (foreign !== undefined) throw new IdTokenRefused(`header ${foreign}`);
  // Says what else it could be: an access token, a log-out token.
  const { typ = 'JWT' } = header;
  if (typeof typ !== 'string' || typ.toUpperCase() !== 'JWT') throw new IdTokenRefused('typ');
  return token;
}

async function verified(
  token: string,
  { keys, issuer, clientId, algorithms, clockToleranceSeconds, now }: IdTokenExpectations,
): Promise<{ payload: JWTPayload }> {
  try {
    return await jwtVerify(token, keys, {
      issuer,
      audience: clientId,
      algorithms: [...algorithms],
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce'],
      maxTokenAge: OLDEST_SECONDS,
      clockTolerance: clockToleranceSeconds,
      currentDate: now,
    });
  } catch (error) {
    if (error instanceof errors.JOSEError) throw new IdTokenRefused(error.code);
    // A key of another kind than the algorithm, or of no kind at all.
    if (error instanceof TypeError || error instanceof DOMException) throw new IdTokenRefused('key');
    throw error;
  }
}

/** A token for several is for us only when it was given to us. */
function checkParty({ aud, azp }: JWTPayload, clientId: string): void {
  const isForSeveral = Array.isArray(aud) && aud.length > 1;
  if ((azp !== undefined || isForSeveral) && azp !== clientId) throw new IdTokenRefused('azp');
}

function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}
