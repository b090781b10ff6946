import { Injectable } from '@nestjs/common';
import { type IssuedSecret, type KeyedHash, KeyedHashes, SecretFormat } from '#libs/crypto';

/** What personal access tokens look like: `slp_<8 public characters>_<256 random bits><checksum>`. */
export const PERSONAL_TOKEN_FORMAT = new SecretFormat('slp_');

/** Makes personal access tokens and knows what is stored of them. */
@Injectable()
export class PersonalTokenSecrets {
  private readonly hashes: KeyedHash;

  constructor(hashes: KeyedHashes) {
    this.hashes = hashes.for('personal-token');
  }

  issue(): IssuedSecret & { readonly hash: Buffer } {
    const secret = PERSONAL_TOKEN_FORMAT.issue();
    return { ...secret, hash: this.hashes.hash(secret.value) };
  }

  /** All that may be stored of it; nothing for what cannot be such a token. */
  candidates(value: string): Buffer[] {
    return PERSONAL_TOKEN_FORMAT.isWellFormed(value) ? this.hashes.candidates(value) : [];
  }

  /** What to store of it now, where that is something else; undefined otherwise. */
  renewed(value: string, stored: Buffer): Buffer | undefined {
    return this.hashes.isOutdated(stored) ? this.hashes.hash(value) : undefined;
  }
}
