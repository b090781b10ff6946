import { SYSTEM } from '#libs/access';
import type { Config } from '#libs/config';
import { canonicalEmail } from '#libs/kernel';
import { authConfig } from '../auth/auth.config.js';
import { PasswordReset } from '../auth/passwords/password.reset.js';
import { withApplication } from './offline.js';
import { StartFailure } from './start-failure.js';

/**
 * Gives an administrator a new password.
 *
 * @param given whose; left out, the administrator of the configuration
 * @throws StartFailure when no active administrator has that address
 */
export async function resetAdministratorPassword(
  url: string,
  config: Config,
  given?: string,
): Promise<{ email: string; password: string }> {
  const email = canonicalEmail(given ?? config.get(authConfig).adminEmail);
  const password = await withApplication(url, (app) => app.get(PasswordReset).run(SYSTEM, email));
  if (password === undefined) throw new StartFailure(`No active administrator has the address ${email}.`);
  return { email, password };
}
