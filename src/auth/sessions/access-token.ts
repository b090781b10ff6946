import { Injectable } from '@nestjs/common';
import { errors, jwtVerify, SignJWT } from 'jose';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { deriveKey } from '#libs/crypto';
import { Clock } from '#libs/kernel';
import { authConfig } from '../auth.config.js';

export const ACCESS_TOKEN_SECONDS = 900;

const ALGORITHM = 'HS256';
const ISSUER = 'sluice';
const AUDIENCE = 'control-plane';
const KIND = 'access';

/** What an access token proves: which session it belongs to. What the person may do is in the database. */
export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
}

/** The same of a token that was read, and when it runs out. */
export interface ReadClaims extends AccessClaims {
  readonly expiresAt: Date;
}

/** Signs and reads access tokens (JWT, RFC 7519, HS256). */
@Injectable()
export class AccessTokens {
  private readonly key: Uint8Array;

  constructor(
    @InjectConfig(authConfig) { jwtSecret }: ConfigOf<typeof authConfig>,
    private readonly clock: Clock,
  ) {
    this.key = deriveKey(jwtSecret, 'session');
  }

  issue({ userId, sessionId }: AccessClaims): Promise<string> {
    const now = Math.floor(this.clock.now() / 1_000);
    return new SignJWT({ sid: sessionId, typ: KIND })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setSubject(userId)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(now)
      .setExpirationTime(now + ACCESS_TOKEN_SECONDS)
      .sign(this.key);
  }

  /** What a token proves; undefined when it is not ours, of another kind, or out of date. */
  async read(token: string): Promise<ReadClaims | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'sid', 'iat', 'exp', 'typ'],
        currentDate: this.clock.date(),
      });
      const { sub, sid, typ, exp = 0 } = payload;
      if (typ !== KIND || typeof sub !== 'string' || typeof sid !== 'string') return undefined;
      return { userId: sub, sessionId: sid, expiresAt: new Date(exp * 1_000) };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}
