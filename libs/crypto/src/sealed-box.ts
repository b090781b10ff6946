import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { fixedKeys, type KeySource } from './ring/key-source.js';
import { deriveKey } from './tokens.js';

/** Where a sealed secret belongs. A box that is moved to another place does not open there. */
export interface SealedPlace {
  readonly table: string;
  /** The id of the row. */
  readonly row: string;
  readonly column: string;
}

export interface Sealed {
  /** Names the key that sealed it; worthless by itself. */
  readonly keyId: string;
  /** `iv (12 bytes) | tag (16 bytes) | ciphertext`. */
  readonly box: Buffer;
}

/** The box does not open: its key is not here, or it is not what was sealed in this place. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals secrets that must be read again with AES-256-GCM (NIST SP 800-38D): a random 96-bit IV for each, a full tag,
 * and the place and the key's name as additional data. One key is good for 2^32 boxes.
 */
export class SealedBox {
  private readonly keys: KeySource;
  private readonly derived = new Map<string, Uint8Array>();

  /**
   * @param current the secret that seals and opens, or keys that change
   * @param former secrets that only open
   */
  constructor(current: string | KeySource, former: readonly string[] = []) {
    this.keys = typeof current === 'string' ? fixedKeys(current, former) : current;
  }

  /** The key that seals now. */
  get keyId(): string {
    return this.keys()[0].id;
  }

  seal(plain: string, place: SealedPlace): Sealed {
    const { keyId } = this;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.keyOf(keyId), iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(additionalData(place, keyId));
    const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return { keyId, box: Buffer.concat([iv, cipher.getAuthTag(), text]) };
  }

  /** @throws SealBroken */
  open({ keyId, box }: Sealed, place: SealedPlace): string {
    const key = this.keyOf(keyId);
    if (box.length < IV_BYTES + TAG_BYTES) throw new SealBroken('The box is too short.');
    const decipher = createDecipheriv(ALGORITHM, key, box.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(place, keyId));
    decipher.setAuthTag(box.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(box.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
    } catch {
      throw new SealBroken('The box was sealed elsewhere, or changed.');
    }
  }

  private keyOf(keyId: string): Uint8Array {
    const key = this.keys().find(({ id }) => id === keyId);
    if (!key) throw new SealBroken(`The encryption key ${keyId} is not configured.`);
    let derived = this.derived.get(keyId);
    if (!derived) this.derived.set(keyId, (derived = deriveKey(key.secret, 'sealed-box')));
    return derived;
  }
}

function additionalData({ table, row, column }: SealedPlace, keyId: string): Buffer {
  return Buffer.from([table, row, column, keyId].join('|'));
}
