import { generateSecret, generateURI, verifySync } from 'otplib';
import { PRODUCT } from '#libs/config';

/** RFC 6238 with what every authenticator app takes for granted: SHA-1, six digits, thirty seconds. */
const STEP_SECONDS = 30;

/** What a code of an authenticator app looks like. */
export const TOTP_CODE = /^\d{6}$/;

/** 160 random bits in base32, as RFC 4226 §4 recommends. */
export function newTotpSecret(): string {
  return generateSecret();
}

/** What an authenticator app scans. */
export function totpUri(secret: string, email: string): string {
  return generateURI({ issuer: PRODUCT.name, label: email, secret });
}

/**
 * The step of time that a code belongs to: the present one, or one before or after it for clocks that differ.
 *
 * @returns undefined when the code is none of these three
 */
export function totpStepOf(secret: string, code: string, now: Date): number | undefined {
  if (!TOTP_CODE.test(code)) return undefined;
  const epoch = Math.floor(now.getTime() / 1_000);
  const result = verifySync({ secret, token: code, epoch, epochTolerance: STEP_SECONDS });
  return result.valid && 'timeStep' in result ? result.timeStep : undefined;
}
