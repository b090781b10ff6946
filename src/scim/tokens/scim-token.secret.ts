import { Injectable } from '@nestjs/common';
import { type KeyedHash, KeyedHashes, SecretFormat } from '#libs/crypto';

/** What SCIM tokens look like: `scim_<8 public characters>_<256 random bits><checksum>`. */
const FORMAT = new SecretFormat('scim_');

/** Makes SCIM tokens, and knows what the database keeps of them. */
@Injectable()
export class ScimTokenSecret {
  private readonly hashes: KeyedHash;

  constructor(hashes: KeyedHashes) {
    this.hashes = hashes.for('scim-token');
  }

  issue(): { value: string; prefix: string; hash: Buffer } {
    const { value, display } = FORMAT.issue();
    return { value, prefix: display, hash: this.hashes.hash(value) };
  }

  /** The hashes that the token may be kept under while keys change; none for what is no SCIM token. */
  hashesOf(value: string): Buffer[] {
    return FORMAT.isWellFormed(value) ? this.hashes.candidates(value) : [];
  }
}
