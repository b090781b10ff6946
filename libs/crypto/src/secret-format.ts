import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECKSUM_LENGTH = 6;

/** The parts of a secret that we issue: `<prefix><public id>_<random><checksum>`. */
export interface IssuedSecret {
  /** The whole secret, shown once. */
  readonly value: string;
  /** Names the secret in lists and logs; worthless by itself. */
  readonly display: string;
}

/** Base62 of random bytes, without the bias of a remainder. */
function randomBase62(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      // 248 is the largest multiple of 62 in a byte.
      if (byte < 248 && text.length < length) text += ALPHABET[byte % 62] ?? '';
    }
  }
  return text;
}

function checksum(text: string): string {
  let value = crc32(text);
  let digits = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i += 1) {
    digits = (ALPHABET[value % 62] ?? '') + digits;
    value = Math.floor(value / 62);
  }
  return digits;
}

/**
 * A family of secrets with one prefix. A checksum (CRC-32, as GitHub's tokens have) tells a mistyped secret
 * from a real one without asking the database, and lets scanners find leaked ones.
 */
export class SecretFormat {
  private readonly pattern: RegExp;

  /** @param prefix for example `sk-sluice-` */
  constructor(readonly prefix: string) {
    this.pattern = new RegExp(`^${prefix}[0-9A-Za-z]{8}_[0-9A-Za-z]{49}$`);
  }

  /** A new secret: 8 characters of public id, 43 random characters (256 bits), 6 of checksum. */
  issue(): IssuedSecret {
    const display = `${this.prefix}${randomBase62(8)}`;
    const body = `${display}_${randomBase62(43)}`;
    return { value: body + checksum(body), display };
  }

  /** Whether the text can be a secret of this family at all. */
  isWellFormed(text: string): boolean {
    return this.pattern.test(text) && checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH);
  }
}
