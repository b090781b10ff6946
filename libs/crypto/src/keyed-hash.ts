import { createHmac, timingSafeEqual } from 'node:crypto';
import type { KeySource, SecretKey } from './ring/key-source.js';
import { deriveKey, sha256 } from './tokens.js';

const ID_BYTES = 8;
const HASH_BYTES = 32;

/** How long what is stored of a secret is: the key's name, then the hash. */
export const STORED_HASH_BYTES = ID_BYTES + HASH_BYTES;

/**
 * Keeps what we verify and never show again (tokens, codes, API keys) as a hash that is worthless without our key:
 * whoever reads the database cannot even try a guess. What is stored is `key id (8 bytes) | HMAC-SHA-256 (32 bytes)` of
 * the secret's SHA-256, in one `bytea` column, so that keys can change: a secret is looked up by {@link candidates}
 * (`WHERE token_hash = ANY($1)`) and compared by {@link matches}.
 *
 * A secret needs 128 random bits or a bound on guesses; passwords need a slow hash. Wherever one is taken, its SHA-256
 * may be given instead, as a buffer, by whoever has that at hand.
 */
export class KeyedHash {
  private readonly derived = new Map<string, Uint8Array>();

  /** @param purpose see {@link KeyedHashes.for} */
  constructor(
    private readonly keys: KeySource,
    private readonly purpose: string,
  ) {}

  /** What to store of a new secret. */
  hash(secret: string | Buffer): Buffer {
    return this.hashWith(this.keys()[0], digestOf(secret));
  }

  /** Everything that may be stored of this secret, the present form first; more than one only while keys change. */
  candidates(secret: string | Buffer): Buffer[] {
    const digest = digestOf(secret);
    return this.keys().map((key) => this.hashWith(key, digest));
  }

  /** Whether this was stored of the secret, in a time that says nothing. */
  matches(secret: string | Buffer, stored: Buffer): boolean {
    const key = this.keys().find(({ id }) => isOf(stored, id));
    return key !== undefined && timingSafeEqual(this.hashWith(key, digestOf(secret)), stored);
  }

  /** Whether it was stored under a former key: whoever has the secret at hand stores it anew. */
  isOutdated(stored: Buffer): boolean {
    return !isOf(stored, this.keys()[0].id);
  }

  private hashWith({ id, secret }: SecretKey, digest: Buffer): Buffer {
    let key = this.derived.get(id);
    if (!key) this.derived.set(id, (key = deriveKey(secret, `keyed-hash:${this.purpose}`)));
    return Buffer.concat([Buffer.from(id, 'hex'), createHmac('sha256', key).update(digest).digest()]);
  }
}

/** Gives each purpose a keyed hash of its own. */
export class KeyedHashes {
  private readonly known = new Map<string, KeyedHash>();

  constructor(private readonly keys: KeySource) {}

  /** Everything that is hashed, so that tests can see whether they forgot a kind of secret. */
  get purposes(): readonly string[] {
    return [...this.known.keys()].sort();
  }

  /**
   * @param purpose what is hashed, for example `refresh-token`. One purpose, one key: a hash that is carried from one
   *   table to another fits nothing there, so no two kinds of secret share a purpose, and a purpose is never renamed.
   */
  for(purpose: string): KeyedHash {
    let hash = this.known.get(purpose);
    if (!hash) this.known.set(purpose, (hash = new KeyedHash(this.keys, purpose)));
    return hash;
  }
}

function digestOf(secret: string | Buffer): Buffer {
  return typeof secret === 'string' ? sha256(secret) : secret;
}

function isOf(stored: Buffer, keyId: string): boolean {
  return stored.length === STORED_HASH_BYTES && stored.toString('hex', 0, ID_BYTES) === keyId;
}
