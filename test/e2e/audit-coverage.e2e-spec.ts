import { Routes } from '#libs/access';
import { createApp, type TestApp } from '../support/app.js';
import { FakeSocial } from '../support/fake-social.js';
import { auditedBy } from '../support/audit-trail.js';
import { RECOVERY_RECIPES } from '../support/audited/recovery.js';
import { SECOND_FACTOR_QUESTIONS, SECOND_FACTOR_RECIPES } from '../support/audited/second-factors.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenAppleForm, givenIdentity } from '../support/given/identities.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { GIVEN_PASSWORD, givenUser, type GivenUser } from '../support/given/users.js';
import type { TestHttp } from '../support/http.js';

/** A call that succeeds, and what the audit log must say of it. */
interface Call {
  readonly http: TestHttp;
  readonly path: string;
  readonly body?: unknown;
  readonly action: string;
  readonly resourceType: string;
  /** Left out where the call itself makes the resource: then it must be the id of the answer. */
  readonly resourceId?: string;
  /** The person who acts; null for somebody who is not known yet. */
  readonly actorId: string | null;
  /** The person is gone afterwards, and with them what the row would say of them. */
  readonly forgets?: boolean;
}

type Recipe = (t: TestApp, user: GivenUser) => Promise<Call> | Call;

const actorOf = ({ http, id }: GivenUser) => ({ http, actorId: id });

async function subscribed(t: TestApp, user: GivenUser): Promise<{ modelId: string; subscriptionId: string }> {
  const model = await givenModel(t);
  const { id } = await givenSubscription(t, user, model.id);
  return { modelId: model.id, subscriptionId: id };
}

async function key(t: TestApp, user: GivenUser): Promise<string> {
  const { modelId } = await subscribed(t, user);
  return (await givenApiKey(t, user, [modelId])).id;
}

async function ownTeam(user: GivenUser): Promise<string> {
  const slug = `team-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
  const { body } = await user.http.post<{ data: { id: string } }>('/api/v1/teams', { slug, name: 'A team' });
  return body.data.id;
}

function sessionOf({ token }: GivenUser): string {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sid?: string };
  return claims.sid ?? '';
}

async function signedInCookie(
  t: TestApp,
  { email }: GivenUser,
): Promise<{ cookie: string; csrf: string; sessionId: string }> {
  const { headers, body } = await t.http.post<{ data: { accessToken: string; csrfToken: string } }>('/api/auth/login', {
    email,
    password: GIVEN_PASSWORD,
  });
  const cookie = headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  return { cookie, csrf: body.data.csrfToken, sessionId: sessionOf({ token: body.data.accessToken } as GivenUser) };
}

async function personalToken({ http }: GivenUser): Promise<{ id: string; token: string }> {
  const { body } = await http.post<{ data: { id: string; token: string } }>('/api/v1/auth/tokens', { name: 'laptop' });
  return body.data;
}

const PROVIDERS = '/api/v1/admin/providers';
const providerDraft = (): object => ({
  name: `Provider ${Math.random().toString(36).slice(2)}`,
  type: 'openai',
  // Nobody answers there, so that a test of a key ends at once.
  baseUrl: 'http://127.0.0.1:9/v1',
  allowPrivate: true,
});

async function ownProvider({ http }: GivenUser): Promise<string> {
  return (await http.post<{ data: { id: string } }>(PROVIDERS, providerDraft())).body.data.id;
}

const onProvider = (user: GivenUser, id: string, path: string) => ({
  ...actorOf(user),
  path: `${PROVIDERS}/${id}${path}`,
  resourceType: 'provider',
  resourceId: id,
});

async function onProviderKey(user: GivenUser, path: string) {
  const keys = `${PROVIDERS}/${await ownProvider(user)}/keys`;
  const { body } = await user.http.post<{ data: { id: string } }>(keys, { value: 'an-upstream-key-of-somebody' });
  const { id } = body.data;
  return { ...actorOf(user), path: `${keys}/${id}${path}`, resourceType: 'provider_key', resourceId: id };
}

/** Not required, so that the other recipes go on working. */
const TERMS = { version: '2026-11', text: 'Be kind to the models.', required: false };

const OWN_CREDENTIAL = { name: 'mine', value: 'a-credential-of-somebody' };
const onOwnCredential = (user: GivenUser, path: string, action: string): Call => ({
  ...actorOf(user),
  path: `/api/v1/users/me${path}`,
  action,
  resourceType: 'user',
  resourceId: user.id,
});

/** On somebody without a session, whose end would be a row of its own. */
async function onPerson(t: TestApp, user: GivenUser, path: string, action: string, body?: object) {
  const { id } = await givenUser(t);
  await t.db.query('DELETE FROM sessions WHERE user_id = $1', [id]);
  return {
    ...actorOf(user),
    path: `/api/v1/admin/users/${id}${path}`,
    body,
    action,
    resourceType: 'user',
    resourceId: id,
  };
}

/** The head of a WebP picture of 16 by 32. */
const PICTURE = Buffer.from('524946461a00000057454250565038580a000000100000000f00001f0000', 'hex');
const onOwnAvatar = (user: GivenUser, action: string): Call => ({
  ...actorOf(user),
  path: '/api/v1/users/me/avatar',
  action,
  resourceType: 'user',
  resourceId: user.id,
});

/** How to succeed at each route that changes something. A new route needs a new line here. */
const RECIPES: Readonly<Record<string, Recipe>> = {
  ...RECOVERY_RECIPES,
  ...SECOND_FACTOR_RECIPES,
  'POST /api/auth/export-data': (_, user) => ({
    ...actorOf(user),
    path: '/api/auth/export-data',
    body: { password: GIVEN_PASSWORD },
    action: 'DATA_EXPORTED',
    resourceType: 'data_export',
    resourceId: expect.any(String) as string,
  }),
  'POST /api/auth/delete-account': async (t) => ({
    ...actorOf(await givenUser(t)),
    path: '/api/auth/delete-account',
    body: { password: GIVEN_PASSWORD },
    forgets: true,
    action: 'ACCOUNT_DELETED',
    resourceType: 'account_deletion',
    resourceId: expect.any(String) as string,
  }),
  'POST /api/v1/privacy/consent': (_, user) => ({
    ...actorOf(user),
    path: '/api/v1/privacy/consent',
    body: { purpose: 'audit-coverage' },
    action: 'CONSENT_GIVEN',
    resourceType: 'consent',
  }),
  'POST /api/v1/privacy/consent/:id/withdraw': async (_, user) => {
    const { body } = await user.http.post<{ data: { id: string } }>('/api/v1/privacy/consent', {
      purpose: 'withdrawn',
    });
    return {
      ...actorOf(user),
      path: `/api/v1/privacy/consent/${body.data.id}/withdraw`,
      action: 'CONSENT_WITHDRAWN',
      resourceType: 'consent',
      resourceId: body.data.id,
    };
  },
  'POST /api/v1/admin/retention/run': (_, user) => ({
    ...actorOf(user),
    path: '/api/v1/admin/retention/run',
    body: {},
    action: 'RETENTION_RUN',
    resourceType: 'retention_run',
  }),
  'POST /api/auth/register': (t) => ({
    http: t.http,
    path: '/api/auth/register',
    body: { email: `new-${Date.now()}@example.com`, name: 'Ada', password: GIVEN_PASSWORD },
    action: 'USER_CREATED',
    resourceType: 'user',
    actorId: null,
  }),
  'POST /api/auth/login': (t, user) => ({
    http: t.http,
    path: '/api/auth/login',
    body: { email: user.email, password: GIVEN_PASSWORD },
    action: 'SIGNED_IN',
    resourceType: 'session',
    resourceId: expect.any(String) as string,
    actorId: user.id,
  }),
  'POST /api/auth/refresh': async (t, user) => {
    const { cookie, csrf, sessionId } = await signedInCookie(t, user);
    return {
      http: t.http.with({ cookie, 'x-csrf-token': csrf }),
      path: '/api/auth/refresh',
      action: 'SESSION_REFRESHED',
      resourceType: 'session',
      resourceId: sessionId,
      actorId: user.id,
    };
  },
  'POST /api/auth/logout': (_, user) => ({
    ...actorOf(user),
    path: '/api/auth/logout',
    action: 'SIGNED_OUT',
    resourceType: 'session',
    resourceId: sessionOf(user),
  }),
  'POST /api/auth/callback/:provider': async (t) => {
    const { cookie, form, userId } = await givenAppleForm(t, social, ORIGIN);
    return {
      http: t.http.with({
        cookie,
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
      }),
      path: '/api/auth/callback/apple',
      body: form,
      action: 'SIGNED_IN',
      resourceType: 'session',
      resourceId: expect.any(String) as string,
      actorId: userId,
    };
  },
  'POST /api/auth/backchannel-logout/:provider': async (t, user) => {
    const id = await givenIdentity(t, user, `${social.url}/apple`);
    return {
      http: t.http.with({ 'content-type': 'application/x-www-form-urlencoded' }),
      path: '/api/auth/backchannel-logout/apple',
      body: `logout_token=${await social.logoutToken('apple', `subject-${id}`)}`,
      action: 'SESSIONS_ENDED',
      resourceType: 'user',
      resourceId: user.id,
      actorId: null,
    };
  },
  'DELETE /api/v1/auth/identities/:id': async (t, user) => {
    const id = await givenIdentity(t, user);
    return {
      ...actorOf(user),
      path: `/api/v1/auth/identities/${id}`,
      action: 'IDENTITY_UNLINKED',
      resourceType: 'identity',
      resourceId: id,
    };
  },
  'DELETE /api/v1/auth/sessions/:id': async (t, user) => ({
    ...actorOf(user),
    path: `/api/v1/auth/sessions/${(await signedInCookie(t, user)).sessionId}`,
    action: 'SESSIONS_ENDED',
    resourceType: 'user',
    resourceId: user.id,
  }),
  'DELETE /api/v1/auth/sessions': async (t, user) => {
    await signedInCookie(t, user);
    return {
      ...actorOf(user),
      path: '/api/v1/auth/sessions',
      action: 'SESSIONS_ENDED',
      resourceType: 'user',
      resourceId: user.id,
    };
  },
  'DELETE /api/v1/admin/users/:id/sessions/:sessionId': async (t, user) => {
    const person = await givenUser(t);
    return {
      ...actorOf(user),
      path: `/api/v1/admin/users/${person.id}/sessions/${sessionOf(person)}`,
      action: 'SESSIONS_ENDED',
      resourceType: 'user',
      resourceId: person.id,
    };
  },
  'DELETE /api/v1/admin/users/:id/sessions': async (t, user) => {
    const { id } = await givenUser(t);
    return {
      ...actorOf(user),
      path: `/api/v1/admin/users/${id}/sessions`,
      action: 'SESSIONS_ENDED',
      resourceType: 'user',
      resourceId: id,
    };
  },
  'PATCH /api/v1/admin/users/:id': async (t, user) => onPerson(t, user, '', 'USER_UPDATED', { role: 'admin' }),
  'POST /api/v1/admin/users/:id/suspend': async (t, user) => onPerson(t, user, '/suspend', 'USER_UPDATED'),
  'POST /api/v1/admin/users/:id/restore': async (t, user) => {
    const call = await onPerson(t, user, '/restore', 'USER_UPDATED');
    await t.db.query("UPDATE users SET status = 'inactive' WHERE id = $1", [call.resourceId]);
    return call;
  },
  'POST /api/v1/admin/users/:id/ban': async (t, user) => onPerson(t, user, '/ban', 'USER_BANNED', { duration: '1h' }),
  'DELETE /api/v1/admin/users/:id/ban': async (t, user) => {
    const call = await onPerson(t, user, '/ban', 'USER_UNBANNED');
    await t.db.query("UPDATE users SET banned_until = now() + interval '1 hour' WHERE id = $1", [call.resourceId]);
    return call;
  },
  'POST /api/v1/admin/users/:id/unlock': async (t, user) => {
    const { id } = await givenUser(t);
    return {
      ...actorOf(user),
      path: `/api/v1/admin/users/${id}/unlock`,
      action: 'ACCOUNT_UNLOCKED',
      resourceType: 'user',
      resourceId: id,
    };
  },
  'PATCH /api/v1/users/me': (_, user) => ({
    ...actorOf(user),
    path: '/api/v1/users/me',
    body: { name: 'Another name' },
    action: 'USER_UPDATED',
    resourceType: 'user',
    resourceId: user.id,
  }),
  'PUT /api/v1/users/me/provider-keys': (_, user) => ({
    ...onOwnCredential(user, '/provider-keys', 'USER_CREDENTIAL_SET'),
    body: OWN_CREDENTIAL,
  }),
  'DELETE /api/v1/users/me/provider-keys/:name': async (_, user) => {
    await user.http.put('/api/v1/users/me/provider-keys', OWN_CREDENTIAL);
    return onOwnCredential(user, '/provider-keys/mine', 'USER_CREDENTIALS_REMOVED');
  },
  'DELETE /api/v1/users/me/provider-keys': async (_, user) => {
    await user.http.put('/api/v1/users/me/provider-keys', OWN_CREDENTIAL);
    return onOwnCredential(user, '/provider-keys', 'USER_CREDENTIALS_REMOVED');
  },
  'PUT /api/v1/users/me/avatar': (_, user) => ({
    ...onOwnAvatar(user, 'USER_AVATAR_SET'),
    http: user.http.with({ 'content-type': 'image/webp' }),
    body: PICTURE,
  }),
  'DELETE /api/v1/users/me/avatar': async (_, user) => {
    await user.http.put('/api/v1/users/me/avatar', PICTURE, { headers: { 'content-type': 'image/webp' } });
    return onOwnAvatar(user, 'USER_AVATAR_REMOVED');
  },
  'PUT /api/v1/users/me/tool-credentials/:tool': (_, user) => ({
    ...onOwnCredential(user, '/tool-credentials/search', 'USER_CREDENTIAL_SET'),
    body: { value: OWN_CREDENTIAL.value },
  }),
  'DELETE /api/v1/users/me/tool-credentials/:tool': async (_, user) => {
    await user.http.put('/api/v1/users/me/tool-credentials/search', { value: OWN_CREDENTIAL.value });
    return onOwnCredential(user, '/tool-credentials/search', 'USER_CREDENTIALS_REMOVED');
  },
  'POST /api/v1/teams': (_, user) => ({
    ...actorOf(user),
    path: '/api/v1/teams',
    body: { slug: `audited-${Date.now()}`, name: 'Audited' },
    action: 'TEAM_CREATED',
    resourceType: 'team',
  }),
  'PATCH /api/v1/teams/:id': async (_, user) => {
    const id = await ownTeam(user);
    return {
      ...actorOf(user),
      path: `/api/v1/teams/${id}`,
      body: { name: 'Renamed' },
      action: 'TEAM_UPDATED',
      resourceType: 'team',
      resourceId: id,
    };
  },
  'DELETE /api/v1/teams/:id': async (_, user) => {
    const id = await ownTeam(user);
    return {
      ...actorOf(user),
      path: `/api/v1/teams/${id}`,
      action: 'TEAM_DELETED',
      resourceType: 'team',
      resourceId: id,
    };
  },
  'POST /api/v1/subscriptions': async (t, user) => ({
    ...actorOf(user),
    path: '/api/v1/subscriptions',
    body: { modelId: (await givenModel(t)).id },
    action: 'SUBSCRIPTION_CREATED',
    resourceType: 'subscription',
  }),
  'PATCH /api/v1/branding': async (t) => ({
    ...actorOf(await givenUser(t, { role: 'admin' })),
    path: '/api/v1/branding',
    body: { title: 'Models of Example Inc.' },
    action: 'BRANDING_SET',
    resourceType: 'setting',
    resourceId: 'branding',
  }),
  'PUT /api/v1/admin/settings/terms': (_, user) => ({
    ...actorOf(user),
    path: '/api/v1/admin/settings/terms',
    body: TERMS,
    action: 'TERMS_SET',
    resourceType: 'setting',
    resourceId: 'terms',
  }),
  'POST /api/v1/admin/terms/reset': (_, user) => ({
    ...actorOf(user),
    path: '/api/v1/admin/terms/reset',
    action: 'TERMS_RESET',
    resourceType: 'setting',
    resourceId: 'terms',
  }),
  'POST /api/v1/users/me/terms/accept': async (_, user) => {
    await user.http.put('/api/v1/admin/settings/terms', TERMS);
    return {
      ...actorOf(user),
      path: '/api/v1/users/me/terms/accept',
      action: 'TERMS_ACCEPTED',
      resourceType: 'user',
      resourceId: user.id,
    };
  },
  'PUT /api/v1/admin/settings/user-defaults': (_, user) => ({
    ...actorOf(user),
    path: '/api/v1/admin/settings/user-defaults',
    body: {},
    action: 'USER_DEFAULTS_SET',
    resourceType: 'setting',
    resourceId: 'user-defaults',
  }),
  'PATCH /api/v1/subscriptions/:id': async (t, user) => {
    const { subscriptionId } = await subscribed(t, user);
    return {
      ...actorOf(await givenUser(t, { role: 'admin' })),
      path: `/api/v1/subscriptions/${subscriptionId}`,
      body: { quotaRequests: 50_000 },
      action: 'SUBSCRIPTION_QUOTAS_SET',
      resourceType: 'subscription',
      resourceId: subscriptionId,
    };
  },
  'POST /api/v1/subscriptions/:id/cancel': async (t, user) => {
    const { subscriptionId } = await subscribed(t, user);
    return {
      ...actorOf(user),
      path: `/api/v1/subscriptions/${subscriptionId}/cancel`,
      action: 'SUBSCRIPTION_CANCELLED',
      resourceType: 'subscription',
      resourceId: subscriptionId,
    };
  },
  'POST /api/v1/api-keys': async (t, user) => {
    const { modelId } = await subscribed(t, user);
    return {
      ...actorOf(user),
      path: '/api/v1/api-keys',
      body: { name: 'ci', modelIds: [modelId] },
      action: 'API_KEY_ISSUED',
      resourceType: 'api_key',
    };
  },
  'PATCH /api/v1/api-keys/:id': async (t, user) => {
    const id = await key(t, user);
    return {
      ...actorOf(user),
      path: `/api/v1/api-keys/${id}`,
      body: { name: 'renamed' },
      action: 'API_KEY_UPDATED',
      resourceType: 'api_key',
      resourceId: id,
    };
  },
  'POST /api/v1/api-keys/:id/rotate': async (t, user) => {
    const id = await key(t, user);
    return {
      ...actorOf(user),
      path: `/api/v1/api-keys/${id}/rotate`,
      action: 'API_KEY_ROTATED',
      resourceType: 'api_key',
      resourceId: id,
    };
  },
  'POST /api/v1/admin/api-keys/:id/reset-spend': async (t, user) => {
    const id = await key(t, user);
    return {
      ...actorOf(user),
      path: `/api/v1/admin/api-keys/${id}/reset-spend`,
      action: 'API_KEY_SPEND_RESET',
      resourceType: 'api_key',
      resourceId: id,
    };
  },
  'PATCH /api/v1/admin/users/:id/budget-limits': async (t, user) => {
    const { id } = await givenUser(t);
    return {
      ...actorOf(user),
      path: `/api/v1/admin/users/${id}/budget-limits`,
      body: { maxBudget: '5', budgetDuration: 'monthly', rpmLimit: 10 },
      action: 'USER_LIMITS_CHANGED',
      resourceType: 'user',
      resourceId: id,
    };
  },
  'POST /api/v1/admin/users/:id/reset-spend': async (t, user) => {
    const { id } = await givenUser(t);
    return {
      ...actorOf(user),
      path: `/api/v1/admin/users/${id}/reset-spend`,
      action: 'USER_SPEND_RESET',
      resourceType: 'user',
      resourceId: id,
    };
  },
  'POST /api/v1/admin/users/:id/balance': async (t, user) => {
    const { id } = await givenUser(t);
    return {
      ...actorOf(user),
      path: `/api/v1/admin/users/${id}/balance`,
      body: { amount: 1_000 },
      action: 'BALANCE_CREDITED',
      resourceType: 'balance',
      resourceId: id,
    };
  },
  'PUT /api/v1/admin/users/:id/balance': async (t, user) => {
    const { id } = await givenUser(t);
    return {
      ...actorOf(user),
      path: `/api/v1/admin/users/${id}/balance`,
      body: { credits: 5 },
      action: 'BALANCE_SET',
      resourceType: 'balance',
      resourceId: id,
    };
  },
  'DELETE /api/v1/api-keys/:id': async (t, user) => {
    const id = await key(t, user);
    return {
      ...actorOf(user),
      path: `/api/v1/api-keys/${id}`,
      action: 'API_KEY_REVOKED',
      resourceType: 'api_key',
      resourceId: id,
    };
  },
  'POST /api/v1/admin/models/:id/prices': async (t, user) => {
    const { id } = await givenModel(t);
    return {
      ...actorOf(user),
      path: `/api/v1/admin/models/${id}/prices`,
      body: { inputCost: '0.000002', outputCost: '0.000009' },
      action: 'MODEL_PRICE_SET',
      resourceType: 'model',
      resourceId: id,
    };
  },
  'DELETE /api/v1/admin/models/:id/prices/:priceId': async (t, user) => {
    const { id } = await givenModel(t);
    const prices = `/api/v1/admin/models/${id}/prices`;
    const { body } = await user.http.post<{ data: { id: string } }>(prices, {
      inputCost: '0.000002',
      outputCost: '0.000009',
    });
    return {
      ...actorOf(user),
      path: `${prices}/${body.data.id}`,
      action: 'MODEL_PRICE_REMOVED',
      resourceType: 'model',
      resourceId: id,
    };
  },
  'POST /api/v1/admin/usage/re-rate': (_, user) => ({
    ...actorOf(user),
    path: '/api/v1/admin/usage/re-rate',
    body: { from: '2026-11-01', to: '2026-11-02' },
    action: 'USAGE_RE_RATED',
    resourceType: 're_rating',
  }),
  'POST /api/v1/admin/providers': (_, user) => ({
    ...actorOf(user),
    path: PROVIDERS,
    body: providerDraft(),
    action: 'PROVIDER_CREATED',
    resourceType: 'provider',
  }),
  'PATCH /api/v1/admin/providers/:id': async (_, user) => {
    const id = await ownProvider(user);
    return { ...onProvider(user, id, ''), body: { enabled: false }, action: 'PROVIDER_UPDATED' };
  },
  'PUT /api/v1/admin/providers/:id/rotation': async (_, user) => {
    const id = await ownProvider(user);
    return { ...onProvider(user, id, '/rotation'), body: { strategy: 'random' }, action: 'PROVIDER_UPDATED' };
  },
  'DELETE /api/v1/admin/providers/:id': async (_, user) => {
    const id = await ownProvider(user);
    return { ...onProvider(user, id, ''), action: 'PROVIDER_DELETED' };
  },
  'POST /api/v1/admin/providers/:id/keys': async (_, user) => {
    const id = await ownProvider(user);
    return {
      ...actorOf(user),
      path: `${PROVIDERS}/${id}/keys`,
      body: { value: 'an-upstream-key-of-somebody' },
      action: 'PROVIDER_KEY_ADDED',
      resourceType: 'provider_key',
    };
  },
  'POST /api/v1/admin/providers/:id/keys/import': async (_, user) => {
    const id = await ownProvider(user);
    return {
      ...onProvider(user, id, '/keys/import'),
      body: { text: 'an-upstream-key-of-somebody\nanother-upstream-key-of-somebody' },
      action: 'PROVIDER_KEYS_IMPORTED',
    };
  },
  'PATCH /api/v1/admin/providers/:id/keys/:keyId': async (_, user) => ({
    ...(await onProviderKey(user, '')),
    body: { enabled: false },
    action: 'PROVIDER_KEY_UPDATED',
  }),
  'DELETE /api/v1/admin/providers/:id/keys/:keyId': async (_, user) => ({
    ...(await onProviderKey(user, '')),
    action: 'PROVIDER_KEY_DELETED',
  }),
  'POST /api/v1/admin/providers/:id/keys/:keyId/test': async (_, user) => ({
    ...(await onProviderKey(user, '/test')),
    action: 'PROVIDER_KEY_TESTED',
  }),
  'POST /api/v1/admin/providers/:id/keys/:keyId/circuit/reset': async (_, user) => ({
    ...(await onProviderKey(user, '/circuit/reset')),
    action: 'PROVIDER_KEY_CIRCUIT_RESET',
  }),
  'PUT /api/v1/admin/model-aliases/:alias': async (t, user) => ({
    ...actorOf(user),
    path: '/api/v1/admin/model-aliases/quick',
    body: { modelId: (await givenModel(t)).id },
    action: 'MODEL_ALIAS_SET',
    resourceType: 'model_alias',
    resourceId: 'quick',
  }),
  'DELETE /api/v1/admin/model-aliases/:alias': async (t, user) => {
    const path = '/api/v1/admin/model-aliases/doomed';
    await user.http.put(path, { modelId: (await givenModel(t)).id });
    return { ...actorOf(user), path, action: 'MODEL_ALIAS_REMOVED', resourceType: 'model_alias', resourceId: 'doomed' };
  },
  'PUT /api/v1/admin/models/:id/fallbacks': async (t, user) => {
    const [{ id }, other] = [await givenModel(t), await givenModel(t)];
    return {
      ...actorOf(user),
      path: `/api/v1/admin/models/${id}/fallbacks`,
      body: { fallbackIds: [other.id] },
      action: 'MODEL_FALLBACKS_SET',
      resourceType: 'model',
      resourceId: id,
    };
  },
  'POST /api/auth/cli-login': (t, user) => ({
    http: t.http,
    path: '/api/auth/cli-login',
    body: { email: user.email, password: GIVEN_PASSWORD },
    action: 'PERSONAL_TOKEN_ISSUED',
    resourceType: 'personal_token',
    actorId: null,
  }),
  'POST /api/auth/cli-logout': async (t, user) => {
    const { id, token } = await personalToken(user);
    return {
      ...actorOf(user),
      http: t.http.bearer(token),
      path: '/api/auth/cli-logout',
      action: 'PERSONAL_TOKEN_ENDED',
      resourceType: 'personal_token',
      resourceId: id,
    };
  },
  'POST /api/v1/auth/tokens': (_, user) => ({
    ...actorOf(user),
    path: '/api/v1/auth/tokens',
    body: { name: 'laptop' },
    action: 'PERSONAL_TOKEN_ISSUED',
    resourceType: 'personal_token',
  }),
  'DELETE /api/v1/auth/tokens/:id': async (_, user) => {
    const { id } = await personalToken(user);
    return {
      ...actorOf(user),
      path: `/api/v1/auth/tokens/${id}`,
      action: 'PERSONAL_TOKEN_ENDED',
      resourceType: 'personal_token',
      resourceId: id,
    };
  },
  'POST /api/v1/auth/device/:userCode': async (t, user) => {
    const { body } = await t.http.post<{ user_code: string }>('/api/auth/device/code', { client_id: 'cli' });
    return {
      ...actorOf(user),
      path: `/api/v1/auth/device/${body.user_code}`,
      body: { approve: true },
      action: 'DEVICE_APPROVED',
      resourceType: 'device_request',
      resourceId: expect.any(String) as string,
    };
  },
  'POST /api/auth/device/token': async (t, user) => {
    const client = { client_id: 'cli' };
    const { body } = await t.http.post<{ user_code: string; device_code: string }>('/api/auth/device/code', client);
    await user.http.post(`/api/v1/auth/device/${body.user_code}`, { approve: true });
    return {
      http: t.http,
      path: '/api/auth/device/token',
      body: { ...client, device_code: body.device_code, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' },
      action: 'PERSONAL_TOKEN_ISSUED',
      resourceType: 'personal_token',
      resourceId: expect.any(String) as string,
      actorId: null,
    };
  },
  'POST /api/v1/admin/signing-keys/rotate': (_, user) => ({
    ...actorOf(user),
    path: '/api/v1/admin/signing-keys/rotate',
    body: {},
    action: 'SIGNING_KEY_ROTATED',
    resourceType: 'signing_key',
    resourceId: expect.any(String) as string,
  }),
  'POST /api/v1/admin/scim-tokens': (_, user) => ({
    ...actorOf(user),
    path: '/api/v1/admin/scim-tokens',
    body: { name: 'A directory' },
    action: 'SCIM_TOKEN_ISSUED',
    resourceType: 'scim_token',
  }),
  'DELETE /api/v1/admin/scim-tokens/:id': async (_, user) => {
    const tokens = '/api/v1/admin/scim-tokens';
    const { body } = await user.http.post<{ data: { id: string } }>(tokens, { name: 'A directory' });
    const { id } = body.data;
    return {
      ...actorOf(user),
      path: `${tokens}/${id}`,
      action: 'SCIM_TOKEN_REVOKED',
      resourceType: 'scim_token',
      resourceId: id,
    };
  },
};

/** Routes that leave no row, each with its reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  ...SECOND_FACTOR_QUESTIONS,
  'POST /api/auth/saml/:provider/acs': 'leaves the rows of a sign-in, which test/e2e/saml.e2e-spec.ts counts',
  'POST /api/auth/callback': 'is POST /api/auth/callback/:provider by another address, for a provider that is alone',
  'POST /api/v1/auth/identities/link': 'begins: the row comes with the identity',
  'POST /api/auth/device/code': 'begins something that nobody has agreed to yet',
  'POST /api/auth/validate': 'judges a token, and changes nothing',
  'POST /api/v1/gateway/explain': 'explains, and changes nothing',
  'POST /api/v1/tokenizer': 'counts, and changes nothing',
};

const ORIGIN = 'https://sluice.test';
const AGENT = 'audit-coverage/1.0';
const MUTATING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** Where people come from who sign in with Apple. */
let social: FakeSocial;

describe('the audit log', () => {
  let t: TestApp;
  let routes: string[];
  beforeAll(async () => {
    social = await FakeSocial.start();
    t = await createApp({
      environment: {
        PROVIDER_PRIVATE_ADDRESSES: 'true',
        PUBLIC_URL: ORIGIN,
        MAIL_TRANSPORT: 'log',
        SMS_TRANSPORT: 'log',
        IDENTITY_PROVIDERS: JSON.stringify([await social.provider('apple')]),
      },
    });
    routes = t.app
      .get(Routes)
      .list()
      .filter(({ method, path }) => MUTATING.has(method) && path.startsWith('/api/'))
      .map(({ method, path }) => `${method} ${path}`);
  });
  afterAll(async () => {
    await t.close();
    await social.close();
  });

  it.each(Object.entries(RECIPES).filter(([route]) => route.startsWith('PATCH') && route !== 'PATCH /api/v1/users/me'))(
    '%s with nothing to change changes nothing and leaves no row',
    async (_route, recipe) => {
      const { http, path } = await recipe(t, await givenUser(t, { role: 'admin' }));
      const rows = await auditedBy(t, async () => {
        expect((await http.patch(path, {})).status).toBe(200);
      });
      expect(rows).toEqual([]);
    },
  );

  it('AU-01 has a recipe, or a reason, for every route that changes something', () => {
    expect(routes.length).toBeGreaterThan(10);
    expect([...Object.keys(RECIPES), ...Object.keys(EXCEPTIONS)].sort()).toEqual([...routes].sort());
  });

  it.each(Object.entries(RECIPES))('AU-01 has exactly one row of %s', async (route, recipe) => {
    const user = await givenUser(t, { role: 'admin' });
    const call = await recipe(t, user);
    const requestId = `audit-${route.replaceAll(/[^A-Za-z]+/g, '-')}`;
    const [method = ''] = route.split(' ');
    let answer = { status: 0, text: '' };
    const rows = await auditedBy(t, async () => {
      answer = await call.http.send(method, call.path, {
        body: call.body,
        headers: { 'user-agent': AGENT, 'x-request-id': requestId },
      });
    });
    if (answer.status >= 300) throw new Error(`The recipe does not work: ${answer.status} ${answer.text}`);
    const made = answer.text === '' ? undefined : (JSON.parse(answer.text) as { data?: { id?: string } }).data?.id;
    expect(rows).toEqual([
      expect.objectContaining({
        action: call.action,
        resource_type: call.resourceType,
        resource_id: call.resourceId ?? made,
        actor_kind: call.actorId === null ? 'anonymous' : call.forgets === true ? 'deleted-user' : 'user',
        actor_id: call.actorId,
        success: true,
        ip: call.forgets === true ? null : '127.0.0.1',
        user_agent: call.forgets === true ? null : AGENT,
        request_id: requestId,
      }),
    ]);
  });
});
