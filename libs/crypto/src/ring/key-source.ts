import { deriveKey } from '../tokens.js';

/**
 * What a key is for: `seal` what is read again, `hash` what is only verified and the indexes by which sealed values are
 * found, `sign` access tokens.
 */
export const KEY_PURPOSES = ['seal', 'hash', 'sign'] as const;
export type KeyPurpose = (typeof KEY_PURPOSES)[number];

/** A secret that keys are derived from, and the name it is known by. */
export interface SecretKey {
  /** Sixteen hexadecimal digits that follow from the secret and say nothing about it. */
  readonly id: string;
  readonly secret: string;
}

/** The keys at this moment: the first makes what is new, all of them read what is old. */
export type KeySource = () => readonly [SecretKey, ...SecretKey[]];

const ID_BYTES = 8;

export function keyOf(secret: string): SecretKey {
  return { id: Buffer.from(deriveKey(secret, 'sealed-box-key-id')).toString('hex', 0, ID_BYTES), secret };
}

/** Keys that do not change while the process runs. */
export function fixedKeys(current: string, former: readonly string[] = []): KeySource {
  const keys = [keyOf(current), ...former.map(keyOf)] as const;
  return () => keys;
}
