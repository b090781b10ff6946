import type { TestApp } from '../app.js';
import { eventually } from '../eventually.js';
import { GIVEN_PASSWORD, type GivenUser } from '../given/users.js';
import type { AuditRecipe } from './recipe.js';

const actorOf = ({ http, id }: GivenUser) => ({ http, actorId: id });

let numbers = 0;
const newNumber = () => `+1555${String((numbers += 1)).padStart(7, '0')}`;

/** What a mail or a text message holds that was asked for; both go to the log, where addresses are masked. */
async function logged(t: TestApp, secret: RegExp, ask: Promise<unknown>): Promise<string> {
  const before = t.logs.length;
  await ask;
  return eventually(() => {
    const line = t.logs.slice(before).find((each) => secret.test(each));
    if (line === undefined) throw new Error(`No ${secret.source} in the log`);
    return secret.exec(line)?.[1] ?? '';
  });
}

/** How to succeed at each route about passwords, addresses and invitations. */
export const RECOVERY_RECIPES: Readonly<Record<string, AuditRecipe>> = {
  'POST /api/auth/password-reset/request': (t, { email }) => ({
    http: t.http,
    path: '/api/auth/password-reset/request',
    body: { email },
    action: 'PASSWORD_RESET_REQUESTED',
    resourceType: 'link_request',
    resourceId: expect.any(String) as string,
    actorId: null,
  }),
  'POST /api/auth/password-reset/confirm': async (t, user) => {
    const asking = t.http.post('/api/auth/password-reset/request', { email: user.email });
    const token = await logged(t, /\/reset-password#([\w-]+)/, asking);
    // The end of a session would be a row of its own, and so would the proof of the address.
    await t.db.query('UPDATE users SET email_verified_at = now() WHERE id = $1', [user.id]);
    await user.http.post('/api/auth/logout');
    return {
      http: t.http,
      path: '/api/auth/password-reset/confirm',
      body: { token, newPassword: 'Staple-Horse-8-Battery' },
      action: 'PASSWORD_RESET',
      resourceType: 'user',
      resourceId: user.id,
      actorId: null,
    };
  },
  'POST /api/auth/password-change': (_, user) => ({
    ...actorOf(user),
    path: '/api/auth/password-change',
    body: { currentPassword: GIVEN_PASSWORD, newPassword: 'Staple-Horse-8-Battery' },
    action: 'PASSWORD_CHANGED',
    resourceType: 'user',
    resourceId: user.id,
  }),
  'POST /api/auth/verify-email': async (t, user) => {
    const asking = t.http.post('/api/auth/verify-email/resend', { email: user.email });
    return {
      http: t.http,
      path: '/api/auth/verify-email',
      body: { token: await logged(t, /\/verify-email#([\w-]+)/, asking) },
      action: 'EMAIL_VERIFIED',
      resourceType: 'user',
      resourceId: user.id,
      actorId: null,
    };
  },
  'POST /api/auth/verify-email/resend': (t, { email }) => ({
    http: t.http,
    path: '/api/auth/verify-email/resend',
    body: { email },
    action: 'EMAIL_VERIFICATION_REQUESTED',
    resourceType: 'link_request',
    resourceId: expect.any(String) as string,
    actorId: null,
  }),
  'POST /api/v1/admin/invitations': (_, user) => ({
    ...actorOf(user),
    path: '/api/v1/admin/invitations',
    body: { email: 'somebody-to-be@example.com' },
    action: 'INVITATION_CREATED',
    resourceType: 'invitation',
  }),
  'DELETE /api/v1/admin/invitations/:id': async (_, user) => {
    const { body } = await user.http.post<{ data: { id: string } }>('/api/v1/admin/invitations', {
      email: 'nobody-to-be@example.com',
    });
    return {
      ...actorOf(user),
      path: `/api/v1/admin/invitations/${body.data.id}`,
      action: 'INVITATION_REVOKED',
      resourceType: 'invitation',
      resourceId: body.data.id,
    };
  },
  'POST /api/auth/verify-phone/request': (_, user) => ({
    ...actorOf(user),
    path: '/api/auth/verify-phone/request',
    body: { phone: newNumber() },
    action: 'PHONE_VERIFICATION_REQUESTED',
    resourceType: 'user',
    resourceId: user.id,
  }),
  'POST /api/auth/verify-phone/confirm': async (t, user) => {
    const asking = user.http.post('/api/auth/verify-phone/request', { phone: newNumber() });
    return {
      ...actorOf(user),
      path: '/api/auth/verify-phone/confirm',
      body: { code: await logged(t, /code is (\d{6})/, asking) },
      action: 'USER_UPDATED',
      resourceType: 'user',
      resourceId: user.id,
    };
  },
  'POST /api/auth/email-change/request': (_, user) => ({
    ...actorOf(user),
    path: '/api/auth/email-change/request',
    body: { email: `new-${user.email}`, currentPassword: GIVEN_PASSWORD },
    action: 'EMAIL_CHANGE_REQUESTED',
    resourceType: 'user',
    resourceId: user.id,
  }),
  'POST /api/auth/email-change/confirm': async (t, user) => {
    const wish = { email: `newer-${user.email}`, currentPassword: GIVEN_PASSWORD };
    const asking = user.http.post('/api/auth/email-change/request', wish);
    return {
      http: t.http,
      path: '/api/auth/email-change/confirm',
      body: { token: await logged(t, /\/change-email#([\w-]+)/, asking) },
      action: 'USER_UPDATED',
      resourceType: 'user',
      resourceId: user.id,
      actorId: null,
    };
  },
};
