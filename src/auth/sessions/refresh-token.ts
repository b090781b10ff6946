import { createHmac } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { deriveKey, keyBareHashes, type KeyedHash, KeyedHashes, randomToken, sameText } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';
import { isId } from '#libs/kernel';
import { authConfig } from '../auth.config.js';

/** 32 bytes. */
const RANDOM = /^[\w-]{43}$/;

export interface RefreshToken {
  /** What the browser keeps. */
  readonly value: string;
  /** What the database keeps. */
  readonly hash: Buffer;
}

/**
 * Makes and reads refresh tokens: `<session>.<seal>.<random>`. The seal proves that we issued a token for this
 * session at some time, so that any predecessor of the present token is known for a replay, however old it is,
 * while nobody who merely knows a session's id can end it.
 */
@Injectable()
export class RefreshTokens implements OnApplicationBootstrap {
  private readonly key: Uint8Array;
  private readonly hashes: KeyedHash;

  constructor(
    @InjectConfig(authConfig) { jwtSecret }: ConfigOf<typeof authConfig>,
    private readonly work: UnitOfWork,
    hashes: KeyedHashes,
  ) {
    this.key = deriveKey(jwtSecret, 'refresh');
    this.hashes = hashes.for('refresh-token');
  }

  /** Sessions from before there were keyed hashes go on. */
  async onApplicationBootstrap(): Promise<void> {
    await keyBareHashes(this.work, this.hashes, { table: 'sessions', column: 'refresh_hash' });
  }

  issue(sessionId: string): RefreshToken {
    const value = `${sessionId}.${this.seal(sessionId)}.${randomToken()}`;
    return { value, hash: this.hashes.hash(value) };
  }

  /** The session that a token was issued for, now or earlier; undefined when we did not issue it. */
  read(value: string): string | undefined {
    const [sessionId = '', seal = '', random = '', ...more] = value.split('.');
    if (!isId(sessionId) || !RANDOM.test(random) || more.length > 0) return undefined;
    return sameText(seal, this.seal(sessionId)) ? sessionId : undefined;
  }

  /** Whether it is the very token that this was stored of. */
  isPresent(value: string, stored: Buffer): boolean {
    return this.hashes.matches(value, stored);
  }

  private seal(sessionId: string): string {
    return createHmac('sha256', this.key).update(sessionId).digest().toString('base64url', 0, 16);
  }
}
