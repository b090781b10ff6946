import { hash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** SHA-256. Enough for what has 128 random bits or more; passwords need a slow hash. */
export function sha256(value: string | Buffer): Buffer {
  return hash('sha256', value, 'buffer');
}

/** The same in base64, which is less work than to make bytes and write them out. */
export function sha256Base64(value: string): string {
  return hash('sha256', value, 'base64');
}

/**
 * Whether two texts are the same, in a time that says nothing. Texts are compared and not the bytes they stand for: base64
 * has several ways to write the same bytes.
 */
export function sameText(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Random text in base64url. 32 bytes are 256 bits and 43 characters. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}

/**
 * A key for one purpose, made from a secret by HKDF-SHA-256 (RFC 5869). The label names the purpose, so that
 * what is signed for one is worthless for another.
 *
 * @returns 32 bytes
 */
export function deriveKey(secret: string, label: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'sluice', label, 32));
}
