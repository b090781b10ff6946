import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SignJWT } from 'jose';
import { declaredSealedColumns, indexPurpose, KeyedHashes, randomToken } from '#libs/crypto';
import { SignInChallenges } from '../../src/auth/challenges/sign-in.challenges.js';
import type { LinkPurpose } from '../../src/auth/links/one-time-links.repository.js';
import { OneTimeLinks } from '../../src/auth/links/one-time.links.js';
import { BackupCodes } from '../../src/auth/mfa/backup.codes.js';
import { SignInFlows } from '../../src/auth/federation/flows/sign-in.flows.js';
import { KnownDevices } from '../../src/auth/sessions/known.devices.js';
import { newId } from '#libs/kernel';
import { createApp, type TestApp } from '../support/app.js';
import { cookieOf } from '../support/cookies.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { GIVEN_PASSWORD, givenUser, type GivenUser } from '../support/given/users.js';
import type { TestResponse } from '../support/http.js';

/** A kind of secret that we or others issue. */
interface Kind {
  /** What it is hashed for, where it is. */
  readonly purpose?: string;
  /** The places that it opens. */
  readonly opens: readonly Place[];
  readonly make: (world: World) => Promise<string> | string;
}

/** A place where secrets are presented, and how to see that one was taken. */
interface Door {
  /** Fields of bodies that it stands for, as `METHOD path field`. */
  readonly fields?: readonly string[];
  readonly present: (world: World, secret: string) => Promise<TestResponse>;
  /** Left out: by a status below 400. */
  readonly isTaken?: (answer: TestResponse) => boolean;
}

interface World {
  readonly t: TestApp;
  readonly user: GivenUser;
  /** Signs in again and again, so that old sessions end. */
  readonly holder: GivenUser;
  readonly admin: GivenUser;
}

interface SignedIn {
  readonly accessToken: string;
  readonly csrfToken: string;
  readonly refreshToken: string;
}

const METRICS_TOKEN = 'metrics-8fK2mQx1zT5vB7nR3wY9cL4hD6jP0sG';
const CLIENT = { client_id: 'cli' };
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

const signIn = async ({ t, holder }: World): Promise<SignedIn> => {
  const login = { email: holder.email, password: GIVEN_PASSWORD };
  const answer = await t.http.post<{ data: SignedIn }>('/api/auth/login', login);
  return { ...answer.body.data, refreshToken: cookieOf(answer, 'sluice_refresh')?.value ?? '' };
};
const bearer =
  (path: string) =>
  ({ t }: World, secret: string) =>
    t.http.with({ authorization: `Bearer ${header(secret)}` }).get(path);
/** Whatever a header cannot carry is no secret of ours. */
const header = (secret: string): string => secret.replace(/[^\x21-\x7e]/g, '');
const device = async ({ t }: World): Promise<{ device_code: string; user_code: string }> =>
  (await t.http.post<{ device_code: string; user_code: string }>('/api/auth/device/code', CLIENT)).body;

const linkOf = async ({ t }: World, purpose: LinkPurpose): Promise<string> => {
  const { id: userId, email: address } = await givenUser(t);
  const link = await t.app
    .get(OneTimeLinks, { strict: false })
    .issue(purpose, { userId, address, wanted: `${newId()}@example.com` }, 900_000);
  return link?.token ?? '';
};

const KINDS = {
  'access token': {
    opens: ['control plane', 'validation'],
    make: async (world) => (await signIn(world)).accessToken,
  },
  'refresh token': {
    purpose: 'refresh-token',
    opens: ['refresh cookie'],
    make: async (world) => {
      const { refreshToken, csrfToken } = await signIn(world);
      csrfOf.set(refreshToken, csrfToken);
      return refreshToken;
    },
  },
  // Of another session than the one that it is presented for.
  'CSRF token': { opens: [], make: async (world) => (await signIn(world)).csrfToken },
  'API key': {
    purpose: 'api-key',
    opens: ['gateway', 'gateway, x-api-key', 'gateway, x-client-api-key'],
    make: async ({ t, user }) => (await givenApiKey(t, user, [])).key,
  },
  'personal access token': {
    purpose: 'personal-token',
    opens: ['control plane'],
    make: async ({ user }) =>
      (await user.http.post<{ data: { token: string } }>('/api/v1/auth/tokens', { name: 'x' })).body.data.token,
  },
  'SCIM token': {
    purpose: 'scim-token',
    opens: ['SCIM'],
    make: async ({ admin }) =>
      (await admin.http.post<{ data: { token: string } }>('/api/v1/admin/scim-tokens', { name: 'x' })).body.data.token,
  },
  'device code': {
    purpose: 'device-code',
    opens: ['device token'],
    make: async (world) => {
      const { device_code: deviceCode, user_code: userCode } = await device(world);
      const { http } = await givenUser(world.t);
      await http.post(`/api/v1/auth/device/${userCode}`, { approve: true });
      return deviceCode;
    },
  },
  'user code': {
    purpose: 'device-user-code',
    opens: ['user code'],
    make: async (world) => (await device(world)).user_code,
  },
  'metrics token': { opens: ['metrics'], make: () => METRICS_TOKEN },
  'id token of a provider': {
    opens: [],
    make: ({ user }) =>
      new SignJWT({ sid: user.id, nonce: 'n', email: user.email })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'theirs', typ: 'JWT' })
        .setSubject(user.id)
        .setIssuer('https://op.example')
        .setAudience('sluice')
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(generateKeyPairSync('ed25519').privateKey),
  },
  'challenge token': {
    purpose: 'sign-in-challenge',
    opens: ['second factor', 'question for a passkey'],
    make: async ({ t, user }) =>
      (await t.app.get(SignInChallenges, { strict: false }).issue(user.id, ['pwd'], ['totp'])).token,
  },
  'password reset link': {
    purpose: 'password-reset',
    opens: ['password reset'],
    make: (world) => linkOf(world, 'password-reset'),
  },
  'verification link': {
    purpose: 'verify-email',
    opens: ['verification'],
    make: (world) => linkOf(world, 'verify-email'),
  },
  'link to change an address': {
    purpose: 'change-email',
    opens: ['change of address'],
    make: (world) => linkOf(world, 'change-email'),
  },
  'phone code': { purpose: 'phone-code', opens: [], make: () => '123456' },
  invitation: {
    purpose: 'invitation',
    opens: ['registration'],
    make: async ({ admin }) => {
      const email = `invited-${newId()}@example.com`;
      const answer = await admin.http.post<{ data: { link: string } }>('/api/v1/admin/invitations', { email });
      const token = answer.body.data.link.split('#')[1] ?? '';
      invitedAs.set(token, email);
      return token;
    },
  },
  'backup code': {
    purpose: 'backup-code',
    opens: [],
    make: async ({ t, user }) => (await t.app.get(BackupCodes, { strict: false }).issue(user.id))[0] ?? '',
  },
  'state of a sign-in elsewhere': {
    purpose: 'sign-in-state',
    opens: [],
    make: async ({ t }) =>
      (await t.app.get(SignInFlows, { strict: false }).begin('op', { browser: randomToken(), returnTo: '/' })).state,
  },
  'browser of a sign-in elsewhere': { purpose: 'sign-in-browser', opens: [], make: () => randomToken() },
  'mark of a device': {
    opens: [],
    make: ({ t, user }) => t.app.get(KnownDevices, { strict: false }).issue(user.id),
  },
  password: { opens: ['password'], make: () => GIVEN_PASSWORD },
  'id of a session': { opens: [], make: async (world) => (await signIn(world)).refreshToken.split('.')[0] ?? '' },
} satisfies Record<string, Kind>;

const DOORS = {
  'control plane': { present: bearer('/api/v1/auth/me') },
  'control plane, in the query': {
    present: ({ t }, secret) => t.http.get(`/api/v1/auth/me?access_token=${encodeURIComponent(secret)}`),
  },
  'control plane, in a cookie': {
    present: ({ t }, secret) =>
      t.http
        .with({ cookie: `access_token=${encodeURIComponent(secret)}; sluice_csrf=${encodeURIComponent(secret)}` })
        .get('/api/v1/auth/me'),
  },
  'control plane, Basic': {
    present: ({ t, user }, secret) =>
      t.http
        .with({ authorization: `Basic ${Buffer.from(`${user.email}:${secret}`).toString('base64')}` })
        .get('/api/v1/auth/me'),
  },
  'control plane, x-api-key': {
    present: ({ t }, secret) => t.http.with({ 'x-api-key': header(secret) }).get('/api/v1/auth/me'),
  },
  gateway: { present: bearer('/v1/models') },
  'gateway, x-api-key': { present: ({ t }, secret) => t.http.with({ 'x-api-key': header(secret) }).get('/v1/models') },
  'gateway, x-client-api-key': {
    present: ({ t }, secret) => t.http.with({ 'x-client-api-key': header(secret) }).get('/v1/models'),
  },
  SCIM: { present: bearer('/scim/v2/Users') },
  metrics: { present: bearer('/metrics') },
  validation: {
    fields: ['POST /api/auth/validate token'],
    present: ({ t }, token) => t.http.post('/api/auth/validate', { token }),
    isTaken: ({ body }) => (body['data'] as { valid?: boolean } | undefined)?.valid === true,
  },
  'refresh cookie': {
    present: async (world, secret) => {
      // The CSRF token of the session that the cookie names; any other where it names none.
      const { csrfToken } = await signIn(world);
      const cookie = `sluice_refresh=${encodeURIComponent(secret)}`;
      const csrf = csrfOf.get(secret) ?? csrfToken;
      return world.t.http.post('/api/auth/refresh', undefined, { headers: { cookie, 'x-csrf-token': csrf } });
    },
  },
  'CSRF header': {
    present: async (world, secret) => {
      const { refreshToken } = await signIn(world);
      const headers = { cookie: `sluice_refresh=${refreshToken}`, 'x-csrf-token': header(secret) };
      return world.t.http.post('/api/auth/refresh', undefined, { headers });
    },
  },
  'second factor': {
    fields: ['POST /api/auth/mfa/verify challengeToken', 'POST /api/auth/mfa/verify code'],
    present: ({ t }, secret) => t.http.post('/api/auth/mfa/verify', { challengeToken: secret, code: '000000' }),
    // The challenge is known, and the code is not right.
    isTaken: ({ body }) => (body['error'] as { code?: string } | undefined)?.code === 'second_factor_rejected',
  },
  'password reset': {
    fields: ['POST /api/auth/password-reset/confirm token', 'POST /api/auth/password-reset/confirm newPassword'],
    present: ({ t }, token) =>
      t.http.post('/api/auth/password-reset/confirm', { token, newPassword: 'Another-Horse-8-Battery' }),
  },
  verification: {
    fields: ['POST /api/auth/verify-email token'],
    present: ({ t }, token) => t.http.post('/api/auth/verify-email', { token }),
  },
  'change of address': {
    fields: ['POST /api/auth/email-change/confirm token'],
    present: ({ t }, token) => t.http.post('/api/auth/email-change/confirm', { token }),
  },
  registration: {
    fields: ['POST /api/auth/register inviteToken'],
    present: ({ t }, inviteToken) => {
      const email = invitedAs.get(inviteToken) ?? `nobody-${newId()}@example.com`;
      return t.http.post('/api/auth/register', { email, name: 'Ada', password: GIVEN_PASSWORD, inviteToken });
    },
  },
  'question for a passkey': {
    fields: ['POST /api/auth/mfa/passkey-options challengeToken'],
    present: ({ t }, challengeToken) => t.http.post('/api/auth/mfa/passkey-options', { challengeToken }),
  },
  'device token': {
    present: ({ t }, secret) =>
      t.http.post('/api/auth/device/token', { ...CLIENT, grant_type: DEVICE_GRANT, device_code: secret }),
  },
  'user code': {
    // Somebody else each time: five codes a minute are all that one person may try.
    present: async ({ t }, secret) => {
      const { http } = await givenUser(t);
      return http.get(`/api/v1/auth/device/${encodeURIComponent(secret)}`);
    },
  },
  password: {
    fields: ['POST /api/auth/login password', 'POST /api/auth/cli-login password'],
    // Somebody else each time: five wrong ones lock an account.
    present: async ({ t }, secret) => {
      const { email } = await givenUser(t);
      return t.http.post('/api/auth/login', { email, password: secret });
    },
  },
} satisfies Record<string, Door>;

type Place = keyof typeof DOORS;

/** Kept while a refresh token is made, because the two belong together. */
const csrfOf = new Map<string, string>();
/** An invitation is for one address. */
const invitedAs = new Map<string, string>();

/** Hashes of what is no credential; the indexes of sealed columns are known. */
const NO_CREDENTIALS = ['sign-in-failures', 'link-address', 'known-device'];

/** Fields of public routes that are called like a secret, and take a new one. */
const NO_DOORS: readonly string[] = ['POST /api/auth/register password'];

describe('every kind of secret at every door', () => {
  let world: World;
  beforeAll(async () => {
    const t = await createApp({
      environment: {
        METRICS_TOKEN,
        RECOVERY_NETWORK_RATE_MAX: '100000',
        REGISTRATION_RATE_MAX: '100000',
        AUTH_RATE_MAX: '100000',
        AUTH_ACCOUNT_RATE_MAX: '100000',
      },
    });
    const [user, holder] = [await givenUser(t), await givenUser(t)];
    world = { t, user, holder, admin: await givenUser(t, { role: 'admin' }) };
  });
  afterAll(() => world.t.close());

  const kinds = Object.entries<Kind>(KINDS);
  const doors = Object.entries<Door>(DOORS);

  it.each(kinds)('%s opens what it is for and nothing else, and no door breaks', async (_name, { opens, make }) => {
    const wrong: string[] = [];
    for (const [place, { present, isTaken }] of doors) {
      const answer = await present(world, await make(world));
      const taken = isTaken ? isTaken(answer) : answer.status < 400;
      const expected = (opens as readonly string[]).includes(place);
      if (taken !== expected || answer.status >= 500)
        wrong.push(`${place}: ${answer.status} ${answer.text.slice(0, 200)}`);
    }
    expect(wrong).toEqual([]);
  });

  it('leaves out no kind that is hashed, and no field that looks as if it took one', () => {
    const known = kinds.flatMap(([, { purpose }]) => (purpose === undefined ? [] : [purpose]));
    const { purposes } = world.t.app.get(KeyedHashes);
    expect(purposes.length).toBeGreaterThan(5);
    const indexes = declaredSealedColumns().map((column) =>
      indexPurpose({ ...column, indexColumn: column.indexColumn ?? '' }),
    );
    expect(purposes.filter((purpose) => ![...known, ...indexes, ...NO_CREDENTIALS].includes(purpose))).toEqual([]);
    const fields = doors.flatMap(([, { fields: named = [] }]) => named);
    expect(secretFields()).toEqual([...fields, ...NO_DOORS].sort());
  });
});

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}
interface Operation {
  readonly 'x-access'?: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** `METHOD path field` of what is called like a secret in the bodies of routes that anybody may use. */
function secretFields(): string[] {
  const text = readFileSync(resolve(__dirname, '../../docs/openapi.json'), 'utf8');
  const { paths, components } = JSON.parse(text) as Document;
  return Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { requestBody, 'x-access': access }]) => {
        if (access !== 'public') return [];
        const schema = requestBody?.content['application/json']?.schema;
        const { properties = {} } = components.schemas[schema?.$ref?.split('/').at(-1) ?? ''] ?? {};
        return Object.keys(properties)
          .filter((field) => /(token|code|password|secret|otp)$/i.test(field))
          .map((field) => `${method.toUpperCase()} ${path} ${field}`);
      }),
    )
    .sort();
}
