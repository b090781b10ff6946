import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type KeyedHash, KeyedHashes } from '#libs/crypto';
import { Clock } from '#libs/kernel';
import { BackupCodesRepository } from './backup-codes.repository.js';

const HOW_MANY = 10;
/** Crockford's base32, of which no two characters look alike. Ten of them are 50 bits. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const GROUP = 5;

/** Makes the codes that stand in for a factor that is lost, and accepts each of them once. */
@Injectable()
export class BackupCodes {
  private readonly hashes: KeyedHash;

  constructor(
    private readonly codes: BackupCodesRepository,
    private readonly clock: Clock,
    hashes: KeyedHashes,
  ) {
    this.hashes = hashes.for('backup-code');
  }

  /** Ten new codes in the place of all that there were. This is the only copy of them. */
  async issue(userId: string): Promise<string[]> {
    const codes = Array.from({ length: HOW_MANY }, newCode);
    const hashes = codes.map((code) => this.hashes.hash(secretOf(userId, code)));
    await this.codes.replaceAll(userId, hashes, this.clock.date());
    return codes;
  }

  /** Whether the code is right, and was never accepted. */
  async accept(userId: string, code: string): Promise<boolean> {
    return this.codes.use(userId, this.hashes.candidates(secretOf(userId, code)), this.clock.date());
  }

  left(userId: string): Promise<number> {
    return this.codes.countLeft(userId);
  }

  async remove(userId: string): Promise<void> {
    await this.codes.deleteAll(userId);
  }
}

function newCode(): string {
  const group = (): string => Array.from({ length: GROUP }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return `${group()}-${group()}`;
}

/** However it was written down: in capitals, without the dash, with an O for the zero. */
function secretOf(userId: string, code: string): string {
  const read = code.toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1');
  return `${userId}:${read}`;
}
