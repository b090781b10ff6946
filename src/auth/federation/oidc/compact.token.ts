import {
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
  type JWTVerifyOptions,
} from 'jose';

/** A token proves nothing; the message says why, and holds nothing of the token. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

/** Far more than any honest token: one that lists a thousand groups has half of it. */
const LONGEST = 65_536;
const LONGEST_SUBJECT = 255;
/** Headers by which a token would bring its own key, or change how it is read. */
const FORBIDDEN_HEADERS = ['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64', 'zip'];
const PART = /^[A-Za-z0-9_-]+$/;

/**
 * Refuses by its form what no issuer makes, before any key is looked for.
 *
 * @param types what the token may say that it is, in small letters; `jwt` is what it is when it says nothing
 * @throws TokenRefused
 */
export function inspectToken(token: unknown, types: readonly string[]): string {
  if (typeof token !== 'string' || token.length > LONGEST) throw new TokenRefused('size');
  const parts = token.split('.');
  // One spelling for each token: base64url has spare bits, in which another text would mean the same.
  if (parts.length !== 3 || !parts.every((part) => PART.test(part) && isCanonical(part))) {
    throw new TokenRefused('form');
  }
  const header = headerOf(token);
  const foreign = FORBIDDEN_HEADERS.find((name) => header[name] !== undefined);
  if (foreign !== undefined) throw new TokenRefused(`header ${foreign}`);
  const { typ = 'JWT' } = header;
  if (typeof typ !== 'string' || !types.includes(typ.toLowerCase())) throw new TokenRefused('typ');
  return token;
}

/**
 * Verifies the signature and the standard claims.
 *
 * @throws TokenRefused; whatever finds the keys may throw its own
 */
export async function verifyToken(
  token: string,
  keys: JWTVerifyGetKey,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  const payload = await payloadOf(token, keys, options);
  for (const name of ['exp', 'iat', 'nbf', 'auth_time']) {
    const value = payload[name];
    if (value !== undefined && !Number.isSafeInteger(value)) throw new TokenRefused(`${name} is no whole number`);
  }
  return payload;
}

/** @throws TokenRefused for what is no name of anybody */
export function subjectOf({ sub }: JWTPayload): string {
  if (typeof sub !== 'string' || sub === '' || sub.length > LONGEST_SUBJECT || /\p{Cc}/u.test(sub)) {
    throw new TokenRefused('sub');
  }
  return sub;
}

async function payloadOf(token: string, keys: JWTVerifyGetKey, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) throw new TokenRefused(error.code);
    // A key of another kind than the algorithm, or of no kind at all.
    if (error instanceof TypeError || error instanceof DOMException) throw new TokenRefused('key');
    throw error;
  }
}

function headerOf(token: string): Record<string, unknown> {
  try {
    return { ...decodeProtectedHeader(token) };
  } catch {
    throw new TokenRefused('header');
  }
}

function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}
