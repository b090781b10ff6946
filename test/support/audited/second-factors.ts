import { Config } from '#libs/config';
import { httpConfig, publicOrigin } from '#libs/http';
import type { TestApp } from '../app.js';
import { givenPasskey, newPasskeyOptions, passkeyOptions } from '../given/passkeys.js';
import { codeAt, givenAuthenticator } from '../given/second-factors.js';
import { GIVEN_PASSWORD, givenUser, type GivenUser } from '../given/users.js';
import { SoftAuthenticator } from '../soft-authenticator.js';
import type { AuditRecipe } from './recipe.js';

const MFA = '/api/auth/mfa';
const PASSKEYS = '/api/v1/auth/passkeys';
/** Where the configuration believes pages to be. */
const originOf = ({ app }: TestApp): string => publicOrigin(app.get(Config).get(httpConfig));

const on = ({ http, id }: GivenUser, path: string) => ({
  http,
  path,
  resourceType: 'user',
  resourceId: id,
  actorId: id,
});

const opened = (t: TestApp, { id }: GivenUser, path: string) => ({
  http: t.http,
  path,
  action: 'SIGNED_IN',
  resourceType: 'session',
  resourceId: expect.any(String) as string,
  actorId: id,
});

async function onPasskey(t: TestApp, user: GivenUser) {
  const { id } = await givenPasskey(user, new SoftAuthenticator(originOf(t)));
  return { ...on(user, `${PASSKEYS}/${id}`), resourceType: 'passkey', resourceId: id };
}

async function challengeOf(t: TestApp, { email }: GivenUser): Promise<string> {
  const { body } = await t.http.post<{ data: { challengeToken: string } }>('/api/auth/login', {
    email,
    password: GIVEN_PASSWORD,
  });
  return body.data.challengeToken;
}

/** How to succeed at each route about proofs that come after a first one. */
export const SECOND_FACTOR_RECIPES: Readonly<Record<string, AuditRecipe>> = {
  'POST /api/auth/reauthenticate': (_, user) => ({
    ...on(user, '/api/auth/reauthenticate'),
    body: { password: GIVEN_PASSWORD },
    action: 'REAUTHENTICATED',
    resourceType: 'session',
    resourceId: expect.any(String) as string,
  }),
  [`POST ${MFA}/setup`]: (_, user) => ({ ...on(user, `${MFA}/setup`), action: 'MFA_SETUP_BEGUN' }),
  [`POST ${MFA}/enable`]: async (t, user) => {
    const { body } = await user.http.post<{ data: { secret: string } }>(`${MFA}/setup`);
    const code = codeAt(t, body.data.secret);
    return { ...on(user, `${MFA}/enable`), body: { password: GIVEN_PASSWORD, code }, action: 'MFA_ENABLED' };
  },
  [`POST ${MFA}/disable`]: async (t, user) => {
    const code = (await givenAuthenticator(t, user)).freshCode();
    return { ...on(user, `${MFA}/disable`), body: { password: GIVEN_PASSWORD, code }, action: 'MFA_DISABLED' };
  },
  [`POST ${MFA}/backup-codes/regenerate`]: async (t, user) => {
    const code = (await givenAuthenticator(t, user)).freshCode();
    return {
      ...on(user, `${MFA}/backup-codes/regenerate`),
      body: { password: GIVEN_PASSWORD, code },
      action: 'BACKUP_CODES_REGENERATED',
    };
  },
  'DELETE /api/v1/admin/users/:id/second-factors': async (t, user) => {
    await givenAuthenticator(t, user);
    await user.http.post('/api/auth/logout');
    const admin = await givenUser(t, { role: 'admin' });
    return {
      ...on(user, `/api/v1/admin/users/${user.id}/second-factors`),
      http: admin.http,
      actorId: admin.id,
      action: 'SECOND_FACTORS_RESET',
    };
  },
  [`POST ${MFA}/verify`]: async (t, user) => {
    const { freshCode } = await givenAuthenticator(t, user);
    const challengeToken = await challengeOf(t, user);
    return { ...opened(t, user, `${MFA}/verify`), body: { challengeToken, code: freshCode() } };
  },
  [`POST ${PASSKEYS}`]: async (t, user) => {
    const options = await newPasskeyOptions(user.http);
    const body = { name: 'Laptop', credential: new SoftAuthenticator(originOf(t)).create(options) };
    return {
      http: user.http,
      path: PASSKEYS,
      body,
      action: 'PASSKEY_ADDED',
      resourceType: 'passkey',
      actorId: user.id,
    };
  },
  [`PATCH ${PASSKEYS}/:id`]: async (t, user) => ({
    ...(await onPasskey(t, user)),
    body: { name: 'Desk' },
    action: 'PASSKEY_RENAMED',
  }),
  [`DELETE ${PASSKEYS}/:id`]: async (t, user) => ({ ...(await onPasskey(t, user)), action: 'PASSKEY_REMOVED' }),
  'POST /api/auth/passkey-login': async (t, user) => {
    const { device } = await givenPasskey(user, new SoftAuthenticator(originOf(t)));
    const credential = device.get(await passkeyOptions(t.http, '/api/auth/passkey-login/options'));
    return { ...opened(t, user, '/api/auth/passkey-login'), body: { credential } };
  },
};

/** What leaves no row: a question that nobody has answered. */
export const SECOND_FACTOR_QUESTIONS: Readonly<Record<string, string>> = Object.fromEntries(
  [
    `${PASSKEYS}/options`,
    '/api/auth/passkey-login/options',
    `${MFA}/passkey-options`,
    '/api/auth/reauthenticate/passkey-options',
  ].map((path) => [`POST ${path}`, 'asks a browser, and changes nothing']),
);
