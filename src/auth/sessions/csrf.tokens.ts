import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { deriveKey, sameText } from '#libs/crypto';
import { authConfig } from '../auth.config.js';

/**
 * Makes the token that a page must send beside the session's cookie (a signed double submit): only pages that may read
 * our answers or our cookies know it, and it is worth something for that session alone.
 */
@Injectable()
export class CsrfTokens {
  private readonly key: Uint8Array;

  constructor(@InjectConfig(authConfig) { jwtSecret }: ConfigOf<typeof authConfig>) {
    this.key = deriveKey(jwtSecret, 'csrf');
  }

  /** The same for as long as the session goes on, so that pages that are open beside each other share it. */
  of(sessionId: string): string {
    return createHmac('sha256', this.key).update(sessionId).digest('base64url');
  }

  isOf(sessionId: string, token: unknown): boolean {
    if (typeof token !== 'string') return false;
    return sameText(token, this.of(sessionId));
  }
}
