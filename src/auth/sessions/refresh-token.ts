import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { deriveKey, randomToken, sha256 } from '#libs/crypto';
import { isId } from '#libs/kernel';
import { authConfig } from '../auth.config.js';

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
export class RefreshTokens {
  private readonly key: Uint8Array;

  constructor(@InjectConfig(authConfig) { jwtSecret }: ConfigOf<typeof authConfig>) {
    this.key = deriveKey(jwtSecret, 'refresh');
  }

  issue(sessionId: string): RefreshToken {
    const value = `${sessionId}.${this.seal(sessionId).toString('base64url')}.${randomToken()}`;
    return { value, hash: sha256(value) };
  }

  /** The session that a token was issued for, now or earlier; undefined when we did not issue it. */
  read(value: string): { sessionId: string; hash: Buffer } | undefined {
    const [sessionId = '', seal = ''] = value.split('.');
    const given = Buffer.from(seal, 'base64url');
    const expected = this.seal(sessionId);
    if (!isId(sessionId) || given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    return { sessionId, hash: sha256(value) };
  }

  private seal(sessionId: string): Buffer {
    return createHmac('sha256', this.key).update(sessionId).digest().subarray(0, 16);
  }
}
