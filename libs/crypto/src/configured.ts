import type { ConfigOf } from '#libs/config';
import { type encryptionConfig, formerKeys } from './encryption.config.js';
import { KeyedHashes } from './keyed-hash.js';
import { keyOf, type SecretKey } from './ring/key-source.js';
import { SealedBox } from './sealed-box.js';
import { deriveKey } from './tokens.js';

type Keys = ConfigOf<typeof encryptionConfig>;
type Some = readonly [SecretKey, ...SecretKey[]];

/** The sealed box with the keys of the configuration: it seals the keys of the ring, and sealed everything before. */
export function configuredBox(keys: Keys): SealedBox {
  const all = configuredSealKeys(keys);
  return new SealedBox(() => all);
}

/** Keyed hashes with the keys of the configuration, from before there was a ring. */
export function configuredHashes(keys: Keys): KeyedHashes {
  const all = configuredHashKeys(keys);
  return new KeyedHashes(() => all);
}

export function configuredSealKeys({ key, oldKeys }: Keys): Some {
  return [keyOf(key), ...formerKeys(oldKeys).map(keyOf)];
}

export function configuredHashKeys({ key, oldKeys }: Keys): Some {
  return [hashKeyOf(key), ...formerKeys(oldKeys).map(hashKeyOf)];
}

function hashKeyOf(secret: string): SecretKey {
  return { id: Buffer.from(deriveKey(secret, 'keyed-hash-key-id')).toString('hex', 0, 8), secret };
}
