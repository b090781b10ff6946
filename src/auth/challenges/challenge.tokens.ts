import { Injectable } from '@nestjs/common';
import { type KeyedHash, KeyedHashes, SecretFormat } from '#libs/crypto';

const FORMAT = new SecretFormat('slc_');

/** Makes and recognises the tokens of challenges: secrets of their own kind, good for nothing else. */
@Injectable()
export class ChallengeTokens {
  private readonly hashes: KeyedHash;

  constructor(hashes: KeyedHashes) {
    this.hashes = hashes.for('sign-in-challenge');
  }

  /** What the browser keeps, and what the database keeps. */
  issue(): { value: string; hash: Buffer } {
    const { value } = FORMAT.issue();
    return { value, hash: this.hashes.hash(value) };
  }

  /** What the database may keep of it; nothing when it cannot be one of ours. */
  read(value: string): Buffer[] {
    return FORMAT.isWellFormed(value) ? this.hashes.candidates(value) : [];
  }
}
