import { Injectable } from '@nestjs/common';
import { errors, jwtVerify, type JWTVerifyGetKey, SignJWT } from 'jose';
import { Clock } from '#libs/kernel';
import { SigningKeys } from '../signing/signing.keys.js';

export const ACCESS_TOKEN_SECONDS = 900;

const ALGORITHM = 'EdDSA';
const ISSUER = 'sluice';
const AUDIENCE = 'control-plane';
/** RFC 9068. */
const KIND = 'at+jwt';
/**
 * Three parts, and a signature of 64 bytes written in the one canonical way: its last character stands for two bits only,
 * and a decoder takes any of sixteen.
 */
const WELL_FORMED = /^[\w-]{20,512}\.[\w-]{20,1024}\.[\w-]{85}[AQgw]$/;

/** What an access token proves: which session it belongs to. What the person may do is in the database. */
export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
}

/** The same of a token that was read, and when it runs out. */
export interface ReadClaims extends AccessClaims {
  readonly expiresAt: Date;
}

/** Signs and reads access tokens (JWT, RFC 7519, with Ed25519). Reading one asks nobody. */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
  ) {}

  issue({ userId, sessionId }: AccessClaims): Promise<string> {
    const now = Math.floor(this.clock.now() / 1_000);
    const { kid, key } = this.keys.current();
    return new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: ALGORITHM, typ: KIND, kid })
      .setSubject(userId)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(now)
      .setExpirationTime(now + ACCESS_TOKEN_SECONDS)
      .sign(key);
  }

  /** What a token proves; undefined when it is not ours, of another kind, or out of date. */
  async read(token: string): Promise<ReadClaims | undefined> {
    if (!WELL_FORMED.test(token)) return undefined;
    try {
      const { payload } = await jwtVerify(token, this.keyOf, {
        algorithms: [ALGORITHM],
        typ: KIND,
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'sid', 'iat', 'exp'],
        currentDate: this.clock.date(),
      });
      const { sub, sid, exp = 0 } = payload;
      if (typeof sub !== 'string' || typeof sid !== 'string') return undefined;
      return { userId: sub, sessionId: sid, expiresAt: new Date(exp * 1_000) };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  /** By its name alone: whatever else a token says about its key is not listened to. */
  private readonly keyOf: JWTVerifyGetKey = ({ kid }) => {
    const key = this.keys.find(kid);
    if (!key) throw new errors.JWKSNoMatchingKey();
    return key;
  };
}
