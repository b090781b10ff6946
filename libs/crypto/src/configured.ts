import type { ConfigOf } from '#libs/config';
import { type encryptionConfig, formerKeys } from './encryption.config.js';
import { type HashKey, KeyedHashes } from './keyed-hash.js';
import { SealedBox } from './sealed-box.js';
import { deriveKey } from './tokens.js';

type Keys = ConfigOf<typeof encryptionConfig>;

/** The sealed box with the keys of the configuration. */
export function configuredBox({ key, oldKeys }: Keys): SealedBox {
  return new SealedBox(key, formerKeys(oldKeys));
}

/** Keyed hashes with the keys of the configuration. */
export function configuredHashes({ key, oldKeys }: Keys): KeyedHashes {
  const keys = [hashKeyOf(key), ...formerKeys(oldKeys).map(hashKeyOf)] as const;
  return new KeyedHashes(() => keys);
}

function hashKeyOf(secret: string): HashKey {
  return { id: Buffer.from(deriveKey(secret, 'keyed-hash-key-id')).toString('hex', 0, 8), secret };
}
