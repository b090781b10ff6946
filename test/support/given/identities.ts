import { newId } from '#libs/kernel';
import type { TestApp } from '../app.js';
import { Browser } from '../browser.js';
import type { FakeSocial } from '../fake-social.js';
import type { GivenUser } from './users.js';

/** An identity that is linked to somebody. */
export async function givenIdentity(t: TestApp, user: GivenUser, issuer = 'https://id.example.com'): Promise<string> {
  const id = newId();
  await t.db.query(
    `INSERT INTO identities (id, user_id, provider, issuer, subject, created_at) VALUES ($1, $2, 'company', $4, $3, now())`,
    [id, user.id, `subject-${id}`, issuer],
  );
  return id;
}

/** The form that Apple sends for somebody who has an account here, with the cookie of their browser, and their id. */
export async function givenAppleForm(
  t: TestApp,
  social: FakeSocial,
  origin: string,
): Promise<{ cookie: string; form: string; userId: string }> {
  social.person = { id: String(Date.now()), email: `apple-${newId()}@example.com`, name: 'Ada Lovelace' };
  const browser = new Browser({ [origin]: t.url });
  const arrived = await browser.visit(`${origin}/api/auth/oauth/apple?returnTo=/`);
  if (arrived.url.href !== `${origin}/`) throw new Error(`Nobody came back from Apple: ${arrived.url.href}`);
  const { rows } = await t.db.query<{ user_id: string }>('SELECT user_id FROM identities WHERE subject = $1', [
    social.person.id,
  ]);
  const begun = await browser.call<{ data: { authUrl: string } }>(`${origin}/api/auth/login?provider=apple`);
  const page = await (await fetch(begun.body.data.authUrl)).text();
  const fields = [...page.matchAll(/name="([^"]+)" value="([^"]+)"/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
  return {
    cookie: `sluice_sign_in=${browser.cookie(origin, 'sluice_sign_in') ?? ''}`,
    form: new URLSearchParams(Object.fromEntries(fields) as Record<string, string>).toString(),
    userId: rows[0]?.user_id ?? '',
  };
}
