import { generateSync } from 'otplib';
import type { TestApp } from '../app.js';
import type { GivenUser } from './users.js';

/** A person's authenticator app. */
export interface GivenAuthenticator {
  readonly secret: string;
  readonly backupCodes: readonly string[];
  /** The code that it was set up with. */
  readonly used: string;
  /** What the app shows so many steps of thirty seconds from now. */
  code(steps?: number): string;
  /** A code that was not used yet: it is half a minute later. */
  freshCode(): string;
}

/** Switches one-time codes on, as the person would. */
export async function givenAuthenticator(t: TestApp, user: GivenUser): Promise<GivenAuthenticator> {
  const { body } = await user.http.post<{ data: { secret: string } }>('/api/auth/mfa/setup');
  const { secret } = body.data;
  const code = (steps = 0): string => codeAt(t, secret, steps);
  const used = code();
  const answer = await user.http.post<{ data: { backupCodes: string[] } }>('/api/auth/mfa/enable', {
    password: user.password,
    code: used,
  });
  if (answer.status !== 200) throw new Error(`The authenticator cannot be set up: ${answer.status} ${answer.text}`);
  return {
    secret,
    used,
    backupCodes: answer.body.data.backupCodes,
    code,
    freshCode: () => {
      t.clock.advance({ seconds: 30 });
      return code();
    },
  };
}

/** What an app with that secret shows. */
export function codeAt(t: TestApp, secret: string, steps = 0): string {
  return generateSync({ secret, epoch: Math.floor(t.clock.now() / 1_000) + 30 * steps });
}

/** Six digits that are no good near the present time. */
export function wrongCode(t: TestApp, secret: string): string {
  const good = [-2, -1, 0, 1, 2].map((step) => codeAt(t, secret, step));
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !good.includes(code)) ?? '';
}
