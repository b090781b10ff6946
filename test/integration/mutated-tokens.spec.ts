import { crc32 } from 'node:zlib';
import { generateKeyPairSync } from 'node:crypto';
import { CompactEncrypt, SignJWT } from 'jose';
import { ApiKeyVerifier } from '../../src/api-keys/api-key.verifier.js';
import { DEVICE_GRANT, DeviceGrants } from '../../src/auth/device/device.grants.js';
import { CsrfTokens } from '../../src/auth/sessions/csrf.tokens.js';
import { RefreshTokens } from '../../src/auth/sessions/refresh-token.js';
import { SessionVerifier } from '../../src/auth/sessions/session.verifier.js';
import { SigningKeys } from '../../src/auth/signing/signing.keys.js';
import { PersonalTokenVerifier } from '../../src/auth/tokens/personal-token.verifier.js';
import { ScimAuthenticator } from '../../src/scim/tokens/scim.authenticator.js';
import { ANONYMOUS } from '#libs/access';
import { Dice } from '../faults/dice.js';
import { createApp, type TestApp } from '../support/app.js';
import { cookieOf } from '../support/cookies.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenUser } from '../support/given/users.js';

const SEED = 20_261_126;
const LEAST = 50_000;
const LIMIT_MS = 15_000;

/** A verifier, a token that it takes, and how many wrong ones are tried on it. */
interface Target {
  readonly name: string;
  readonly genuine: string;
  readonly count: number;
  readonly takes: (token: string) => Promise<boolean> | boolean;
  /** Wrong tokens that only somebody who knows the format thinks of. */
  readonly crafted?: readonly string[];
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('');
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const at = (text: string, place: number, put: string): string => text.slice(0, place) + put + text.slice(place + 1);

/** One way to spoil a text; some leave it as it is. */
const WAYS: readonly ((text: string, dice: Dice) => string)[] = [
  // A bit.
  (text, dice) => {
    const place = dice.between(0, text.length - 1);
    return at(text, place, String.fromCharCode(text.charCodeAt(place) ^ (1 << dice.between(0, 6))));
  },
  // Another character, which stands for the same bytes at the end of a part: `QQ` and `QR`.
  (text, dice) => at(text, dice.between(0, text.length - 1), dice.pick(ALPHABET)),
  (text, dice) => {
    const ends = [...text.matchAll(/[\w-](?=[._]|$)/g)].map(({ index }) => index);
    return at(text, dice.pick(ends), dice.pick(ALPHABET));
  },
  // Cut, and longer.
  (text, dice) => text.slice(0, dice.between(0, text.length - 1)),
  (text, dice) => text.slice(dice.between(1, text.length)),
  (text, dice) => {
    const place = dice.between(0, text.length);
    return (
      text.slice(0, place) +
      dice.pick(['A', '=', '==', '.', '_', '\0', ' ', '%00', '\n', 'é', '\u200B']) +
      text.slice(place)
    );
  },
  // Case, and other alphabets of base64.
  (text, dice) => {
    const place = dice.between(0, text.length - 1);
    const letter = text[place] ?? '';
    return at(text, place, letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase());
  },
  (text) => text.toUpperCase(),
  (text, dice) => text.replace(dice.pick(['-', '_']), dice.pick(['+', '/', '%2D', '\u2010'])),
  // Parts in another order, twice, or left out.
  (text, dice) => {
    const parts = text.split('.');
    return dice.pick([
      parts.toReversed().join('.'),
      [...parts, ...parts].join('.'),
      parts.slice(1).join('.'),
      parts.join('..'),
    ]);
  },
  (text, dice) => `${dice.pick([' ', '\t', 'Bearer ', ',', '"'])}${text}`,
  (text, dice) => text + dice.pick([' ', '\t', ',', '"', '#', '?a=b', text]),
];

/** Hits the checksum as well, so that only the secret is wrong. */
function otherOfItsFamily(secret: string, dice: Dice): string {
  const display = secret.slice(0, secret.lastIndexOf('_'));
  const body = `${display}_${Array.from({ length: 43 }, () => BASE62.charAt(dice.between(0, 61))).join('')}`;
  let value = crc32(body);
  let digits = '';
  for (let n = 0; n < 6; n += 1) {
    digits = (BASE62[value % 62] ?? '') + digits;
    value = Math.floor(value / 62);
  }
  return body + digits;
}

describe('wrong tokens', () => {
  let t: TestApp;
  let targets: Target[];

  beforeAll(async () => {
    t = await createApp();
    const dice = new Dice(SEED);
    const user = await givenUser(t);
    const admin = await givenUser(t, { role: 'admin' });
    const login = { email: user.email, password: user.password };
    const signedIn = await t.http.post<{ data: { accessToken: string; csrfToken: string } }>('/api/auth/login', login);
    const refresh = cookieOf(signedIn, 'sluice_refresh')?.value ?? '';
    const { accessToken, csrfToken } = signedIn.body.data;
    const sessionId = refresh.split('.')[0] ?? '';
    const cli = await t.http.post<{ data: { token: string } }>('/api/auth/cli-login', login);
    const personal = cli.body.data.token;
    const { key } = await givenApiKey(t, user, []);
    const scim = (
      await admin.http.post<{ data: { token: string } }>('/api/v1/admin/scim-tokens', { name: 'directory' })
    ).body.data.token;
    const client = { client_id: 'cli' };
    const device = (await t.http.post<{ device_code: string }>('/api/auth/device/code', client)).body.device_code;

    const get = <C>(type: new (...parts: never[]) => C): C => t.app.get<C>(type, { strict: false });
    const sessions = get(SessionVerifier);
    const tokens = get(PersonalTokenVerifier);
    const keys = get(ApiKeyVerifier);
    const csrf = get(CsrfTokens);
    const refreshes = get(RefreshTokens);
    const grants = get(DeviceGrants);
    const directory = get(ScimAuthenticator);
    const family = (secret: string): string[] => Array.from({ length: 300 }, () => otherOfItsFamily(secret, dice));
    targets = [
      {
        name: 'access token',
        genuine: accessToken,
        count: 26_000,
        takes: async (token) => (await sessions.verify(token)) !== undefined,
        crafted: await forged(t, accessToken),
      },
      {
        name: 'personal access token',
        genuine: personal,
        count: 7_000,
        takes: async (token) => (await tokens.verify(token)) !== undefined,
        crafted: family(personal),
      },
      {
        name: 'API key',
        genuine: key,
        count: 7_000,
        takes: async (token) => (await keys.verify(token)).outcome === 'accepted',
        crafted: family(key),
      },
      {
        name: 'SCIM token',
        genuine: scim,
        count: 4_000,
        takes: async (token) => (await directory.authenticate({ authorization: `Bearer ${token}` })).accepted,
        crafted: family(scim),
      },
      {
        name: 'refresh token',
        genuine: refresh,
        count: 4_000,
        // Whatever it says of the session, only the very token goes on with it.
        takes: (token) => {
          const stored = refreshes.issue(sessionId);
          return refreshes.isPresent(token, stored.hash) || (refreshes.read(token) !== undefined && !isOfFamily(token));
        },
      },
      { name: 'CSRF token', genuine: csrfToken, count: 3_000, takes: (token) => csrf.isOf(sessionId, token) },
      {
        name: 'device code',
        genuine: device,
        count: 1_000,
        takes: async (code) => {
          const answer = await grants.ask(ANONYMOUS, { ...client, grant_type: DEVICE_GRANT, device_code: code });
          return !('error' in answer && ['invalid_grant', 'invalid_request'].includes(answer.error));
        },
      },
    ];
    /** A predecessor of the present token is known on purpose: the same session and seal, and any random part. */
    function isOfFamily(token: string): boolean {
      return new RegExp(`^${refresh.slice(0, refresh.lastIndexOf('.'))}\\.[\\w-]{43}$`).test(token);
    }
  });
  afterAll(() => t.close());

  it('are taken by no verifier, and throw nowhere: 50,000 of them, spoilt in a dozen ways', async () => {
    const dice = new Dice(SEED);
    const before = process.cpuUsage();
    const taken: string[] = [];
    let tried = 0;
    for (const { name, genuine, count, takes, crafted = [] } of targets) {
      const wrong = [...crafted];
      while (wrong.length < count) {
        const spoilt = dice.pick(WAYS)(genuine, dice);
        // Spaces around a credential are no part of it.
        if (spoilt.replace(/^ +| +$/g, '') !== genuine) wrong.push(spoilt);
      }
      for (const token of wrong) {
        if (await takes(token)) taken.push(`${name}: ${token.slice(0, 400)}`);
        tried += 1;
      }
    }
    expect(taken).toEqual([]);
    expect(tried).toBeGreaterThanOrEqual(LEAST);
    // Of the processor, because others use the machine as well.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(LIMIT_MS);
  }, 60_000);

  it('would be noticed: each verifier takes the token that they were made of', async () => {
    for (const { name, genuine, takes } of targets) {
      if (name === 'refresh token') continue;
      const answer = name === 'device code' ? true : await takes(genuine);
      expect([name, answer]).toEqual([name, true]);
    }
  });
});

/** Tokens whose header or signature tries a trick (RFC 8725 §2). */
async function forged(t: TestApp, genuine: string): Promise<string[]> {
  const [header = '', payload = '', signature = ''] = genuine.split('.');
  const { kid, key } = t.app.get(SigningKeys, { strict: false }).current();
  const [own] = t.app.get(SigningKeys, { strict: false }).published();
  const strange = generateKeyPairSync('ed25519');
  const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const usual = { alg: 'EdDSA', typ: 'at+jwt', kid };
  const headers: object[] = [
    ...['none', 'None', 'NONE', 'nOnE', '', 'HS256', 'ES256', 'RS256', 'Ed25519', 'eddsa'].map((alg) => ({
      ...usual,
      alg,
    })),
    ...['', 'ffffffffffffffff', '../../dev/null', "' OR 1=1 --", kid.toUpperCase(), [kid], null].map((other) => ({
      ...usual,
      kid: other,
    })),
    { ...usual, jku: 'https://attacker.example/jwks.json' },
    { ...usual, x5u: 'https://attacker.example/cert.pem' },
    { ...usual, jwk: strange.publicKey.export({ format: 'jwk' }) },
    { ...usual, crit: ['exp'], exp: 0 },
    { ...usual, b64: false, crit: ['b64'] },
    { ...usual, zip: 'DEF' },
    { ...usual, filler: 'x'.repeat(1_000_000) },
    { alg: 'EdDSA', typ: 'at+jwt' },
    {},
  ];
  const byStranger = (protectedHeader: object, more: object = {}): Promise<string> =>
    new SignJWT({ ...claims, ...more }).setProtectedHeader(protectedHeader as { alg: string }).sign(strange.privateKey);
  const byUs = (protectedHeader: object, more: object): Promise<string> =>
    new SignJWT({ ...claims, ...more }).setProtectedHeader({ ...usual, ...protectedHeader }).sign(key);
  const shared = Buffer.from(own?.x ?? '', 'base64url');
  const long = Buffer.alloc(64, 1);
  return [
    ...headers.flatMap((each) => [`${encoded(each)}.${payload}.${signature}`, `${encoded(each)}.${payload}.`]),
    // The public key as a shared secret, and a key that the token brings along.
    await new SignJWT(claims).setProtectedHeader({ ...usual, alg: 'HS256' }).sign(shared),
    await byStranger(usual),
    await byStranger({ ...usual, jwk: strange.publicKey.export({ format: 'jwk' }) }),
    // Signed by us, for something else.
    await byUs({ typ: 'JWT' }, {}),
    await byUs({ typ: 'logout+jwt' }, {}),
    await byUs({}, { aud: 'gateway' }),
    await byUs({}, { aud: undefined }),
    await byUs({}, { iss: 'elsewhere' }),
    await byUs({}, { exp: 1 }),
    await byUs({}, { exp: undefined }),
    await byUs({}, { exp: '9999999999' }),
    await byUs({}, { nbf: 9_999_999_999 }),
    await byUs({}, { sub: undefined }),
    await byUs({}, { sid: 7 }),
    await byUs({}, { sub: '00000000-0000-0000-0000-000000000001' }),
    // Five parts, and JSON instead of parts.
    await new CompactEncrypt(Buffer.from(genuine)).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(shared),
    await new CompactEncrypt(long).setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid }).encrypt(shared),
    JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
    JSON.stringify({ payload, protected: header, signature }),
    `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`,
    `${header}.${encoded({ ...claims, sub: '00000000-0000-0000-0000-000000000001' })}.${signature}`,
    // The sixteen ways to write the last two bits of a signature.
    ...ALPHABET.map((letter) => genuine.slice(0, -1) + letter).filter((token) => token !== genuine),
  ];
}
