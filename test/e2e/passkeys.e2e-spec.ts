import { generateKeyPairSync } from 'node:crypto';
import { createApp, type TestApp } from '../support/app.js';
import { auditRows } from '../support/audit-trail.js';
import { eventually } from '../support/eventually.js';
import { givenPasskey, newPasskeyOptions, passkeyOptions } from '../support/given/passkeys.js';
import { givenAuthenticator } from '../support/given/second-factors.js';
import { GIVEN_PASSWORD, givenUser, type GivenUser } from '../support/given/users.js';
import {
  type Deviation,
  type PasskeyJson,
  PRESENT,
  SoftAuthenticator,
  VERIFIED,
} from '../support/soft-authenticator.js';

const ORIGIN = 'https://console.sluice.example';
const JWT_SECRET = 'q8Zr2vK6xT1mW9bN4cL7yH3pD5sF0gJa';
const SIGN_IN = '/api/auth/passkey-login';
const NOTICED_WITHIN_MS = 1_000;

interface SignIn {
  data: { accessToken?: string; challengeToken?: string; methods?: string[]; user?: { id: string } };
}

/** Each is signed by the right key as it then stands, so nothing but itself can be what is refused. */
const DEVIATIONS: readonly [what: string, deviation: Deviation][] = [
  ['for another origin', { origin: 'https://sluice.example.evil.test' }],
  ['for a sibling that is not listed', { origin: 'https://other.sluice.example' }],
  ['for the same host without TLS', { origin: 'http://console.sluice.example' }],
  ['for the same host on another port', { origin: `${ORIGIN}:8443` }],
  ['to a challenge of its own making', { challenge: Buffer.alloc(32, 7).toString('base64url') }],
  ['to no challenge', { challenge: '' }],
  ['of the type of a registration', { type: 'webauthn.create' }],
  ['of the type of a payment', { type: 'payment.get' }],
  ['from a frame of another origin', { crossOrigin: true }],
  ['from a frame that names the page around it', { topOrigin: 'https://evil.test' }],
  ['for another domain', { rpId: 'evil.test' }],
  ['for a part of the domain', { rpId: 'console.sluice.example' }],
  ['without anybody present', { flags: VERIFIED }],
  ['without having recognised anybody', { flags: PRESENT }],
  ['with a counter that went back', { counter: 3 }],
  ['with a counter that stood still', { counter: 10 }],
  ['with a counter of nothing', { counter: 0 }],
  ['by another key', { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }],
  ['by a key of another kind', { key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey }],
  ['that names nobody', { userHandle: null }],
  ['that names somebody else', { userHandle: Buffer.alloc(16, 9).toString('base64url') }],
];

/** What is changed of a response after it was signed. */
const TAMPERINGS: readonly [what: string, tamper: (given: PasskeyJson) => object][] = [
  ['with a bit of the signature changed', (given) => changed(given, 'signature', flip)],
  ['with an empty signature', (given) => changed(given, 'signature', () => '')],
  ['with a bit of the authenticator data changed', (given) => changed(given, 'authenticatorData', flip)],
  ['with the authenticator data cut off', (given) => changed(given, 'authenticatorData', (text) => text.slice(0, 40))],
  ['with client data that is no JSON', (given) => changed(given, 'clientDataJSON', () => 'AAAA')],
  ['with client data that is null', (given) => changed(given, 'clientDataJSON', () => 'bnVsbA')],
  ['with an id that is not the raw one', (given) => ({ ...given, rawId: `${given.rawId}A` })],
  ['of an unknown credential', (given) => ({ ...given, id: 'AAAA', rawId: 'AAAA' })],
  ['of no public key', (given) => ({ ...given, type: 'password' })],
  ['without a response', (given) => ({ ...given, response: undefined })],
  ['whose parts are no texts', (given) => ({ ...given, response: { ...given.response, signature: 1 } })],
  ['whose user is no text', (given) => ({ ...given, response: { ...given.response, userHandle: {} } })],
  ['of nothing', () => ({})],
];

function changed(given: PasskeyJson, part: string, change: (text: string) => string): object {
  return { ...given, response: { ...given.response, [part]: change(String(given.response[part])) } };
}

function flip(text: string): string {
  const bytes = Buffer.from(text, 'base64url');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return bytes.toString('base64url');
}

describe('passkeys', () => {
  let t: TestApp;
  let other: TestApp;

  beforeAll(async () => {
    const environment = {
      JWT_SECRET,
      PUBLIC_URL: 'https://api.sluice.example',
      WEBAUTHN_RP_ID: 'sluice.example',
      WEBAUTHN_ORIGINS: ORIGIN,
      MAX_SESSIONS_PER_USER: '100',
    };
    t = await createApp({ environment });
    other = await createApp({ databaseUrl: t.databaseUrl, environment: { ...environment, RUN_JOBS: 'false' } });
  });
  afterAll(async () => {
    await other.close();
    await t.close();
  });

  const signInWith = (credential: object, http = t.http) => http.post<SignIn>(SIGN_IN, { credential });
  const signInOptions = () => passkeyOptions(t.http, `${SIGN_IN}/options`);
  const me = (token = '', http = t.http) => http.bearer(token).get('/api/v1/auth/me');
  const codeOf = ({ body }: { body: unknown }) => (body as { error: { code: string } }).error.code;
  const login = async ({ email }: GivenUser) =>
    (await t.http.post<SignIn>('/api/auth/login', { email, password: GIVEN_PASSWORD })).body.data;
  const newDevice = () => new SoftAuthenticator(ORIGIN);

  async function givenOwner() {
    const user = await givenUser(t);
    return { user, ...(await givenPasskey(user, newDevice())) };
  }

  describe('are registered', () => {
    it('with options that name nothing but the person, for devices that recognise them', async () => {
      const user = await givenUser(t);
      const options = (await newPasskeyOptions(user.http)) as Record<string, unknown>;
      expect(options).toMatchObject({
        rp: { id: 'sluice.example', name: 'Sluice' },
        user: { id: Buffer.from(user.id.replaceAll('-', ''), 'hex').toString('base64url'), name: user.email },
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        attestation: 'none',
        timeout: 300_000,
        excludeCredentials: [],
      });
    });

    it('with backup codes for the first factor, and end sessions that were opened without', async () => {
      const user = await givenUser(t);
      const before = (await login(user)).accessToken;
      const first = await givenPasskey(user, newDevice());
      expect(first.backupCodes).toHaveLength(10);
      expect((await me(before)).status).toBe(401);
      expect((await me(user.token)).status).toBe(200);
      expect((await givenPasskey(user, newDevice(), 'Phone')).backupCodes).toBeNull();
      const list = await user.http.get<{ data: { name: string }[] }>('/api/v1/auth/passkeys');
      expect(list.body.data.map(({ name }) => name)).toEqual(['Laptop', 'Phone']);
      expect(list.text).not.toMatch(/publicKey|credentialId|counter/);
    });

    it('after a recent proof alone', async () => {
      const user = await givenUser(t);
      await t.db.query(
        "UPDATE sessions SET authenticated_at = authenticated_at - interval '16 minutes' WHERE user_id = $1",
        [user.id],
      );
      await eventually(async () => {
        const refused = await user.http.post('/api/v1/auth/passkeys/options');
        expect([refused.status, codeOf(refused)]).toEqual([403, 'recent_auth_required']);
      }, NOTICED_WITHIN_MS);
      const added = await user.http.post('/api/v1/auth/passkeys', { name: 'x', credential: {} });
      expect(codeOf(added)).toBe('recent_auth_required');
      await user.http.post('/api/auth/reauthenticate', { password: GIVEN_PASSWORD });
      await givenPasskey(user, newDevice());
    });

    it('after the password alone, by whoever has one', async () => {
      const user = await givenUser(t);
      const ask = (body: object = {}) => user.http.post('/api/v1/auth/passkeys/options', body);
      const none = await ask();
      expect([none.status, codeOf(none)]).toEqual([400, 'password_required']);
      const wrong = await ask({ password: 'Wrong-Horse-8-Battery' });
      expect([wrong.status, codeOf(wrong)]).toEqual([400, 'wrong_password']);
      expect((await ask({ password: GIVEN_PASSWORD })).status).toBe(200);
      await t.db.query('UPDATE users SET password_hash = NULL WHERE id = $1', [user.id]);
      expect((await ask()).status).toBe(200);
    });

    it('once, by whoever asked, for one answer to the last question', async () => {
      const [ada, eve] = [await givenUser(t), await givenUser(t)];
      const device = newDevice();
      const options = await newPasskeyOptions(ada.http);
      const credential = device.create(options);
      const add = (user: GivenUser, given: object) =>
        user.http.post('/api/v1/auth/passkeys', { name: 'Laptop', credential: given });
      expect(codeOf(await add(eve, credential))).toBe('passkey_not_made');
      expect((await add(ada, credential)).status).toBe(201);
      expect(codeOf(await add(ada, credential))).toBe('passkey_not_made');
      const stolen = device.create(await newPasskeyOptions(eve.http));
      const taken = await add(eve, stolen);
      expect([taken.status, codeOf(taken)]).toEqual([409, 'passkey_taken']);
      const first = await newPasskeyOptions(ada.http);
      await newPasskeyOptions(ada.http);
      expect(codeOf(await add(ada, newDevice().create(first)))).toBe('passkey_not_made');
    });

    it.each<[string, Deviation]>([
      ['for another origin', { origin: 'https://evil.test' }],
      ['for another domain', { rpId: 'evil.test' }],
      ['to another challenge', { challenge: Buffer.alloc(32, 7).toString('base64url') }],
      ['of the type of a sign-in', { type: 'webauthn.get' }],
      ['from a frame of another origin', { crossOrigin: true }],
      ['without having recognised anybody', { flags: PRESENT }],
      ['without anybody present', { flags: VERIFIED }],
    ])('not %s', async (_what, deviation) => {
      const user = await givenUser(t);
      const options = await newPasskeyOptions(user.http);
      const credential = newDevice().create(options, deviation);
      const refused = await user.http.post('/api/v1/auth/passkeys', { name: 'x', credential });
      expect([refused.status, codeOf(refused)]).toEqual([400, 'passkey_not_made']);
    });
  });

  describe('sign their owner in', () => {
    it('alone, as both factors, on whatever replica', async () => {
      const { user, device } = await givenOwner();
      const answer = await signInWith(device.get(await signInOptions()), other.http);
      expect([answer.status, answer.body.data.user?.id]).toEqual([200, user.id]);
      expect((await me(answer.body.data.accessToken)).status).toBe(200);
    });

    it('by options that are the same for everybody, and take no address', async () => {
      const [first, second] = [await signInOptions(), await signInOptions()];
      expect({ ...first, challenge: '' }).toEqual({ ...second, challenge: '' });
      expect(first.challenge).not.toBe(second.challenge);
      expect(first).toMatchObject({ rpId: 'sluice.example', userVerification: 'required', allowCredentials: [] });
      expect(Buffer.from(first.challenge, 'base64url')).toHaveLength(32);
    });

    describe('with no answer', () => {
      it.each(DEVIATIONS)('%s', async (_what, deviation) => {
        const { device } = await givenOwner();
        device.counter = 9;
        expect((await signInWith(device.get(await signInOptions()))).status).toBe(200);
        const refused = await signInWith(device.get(await signInOptions(), deviation));
        expect([refused.status, codeOf(refused)]).toEqual([401, 'passkey_rejected']);
        expect((await signInWith(device.get(await signInOptions(), { counter: 100 }))).status).toBe(200);
      });

      it.each(TAMPERINGS)('%s', async (_what, tamper) => {
        const { device } = await givenOwner();
        const refused = await signInWith(tamper(device.get(await signInOptions())));
        expect([refused.status, codeOf(refused)]).toEqual([401, 'passkey_rejected']);
      });

      it('of a passkey under the id of somebody else', async () => {
        const [ada, eve] = [await givenOwner(), await givenOwner()];
        const { credentialId: id } = ada.device;
        const forged = { ...eve.device.get(await signInOptions()), id, rawId: id };
        expect((await signInWith(forged)).status).toBe(401);
        const named = eve.device.get(await signInOptions(), {
          userHandle: Buffer.from(ada.user.id.replaceAll('-', ''), 'hex').toString('base64url'),
        });
        expect((await signInWith(named)).status).toBe(401);
      });

      it('that comes a second time, also at once on two replicas', async () => {
        const { device } = await givenOwner();
        const credential = device.get(await signInOptions());
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, place) => signInWith(credential, place % 2 === 0 ? t.http : other.http)),
        );
        expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
        expect((await signInWith(credential)).status).toBe(401);
      });

      it('after five minutes, or to the question for something else', async () => {
        const { user, device } = await givenOwner();
        const late = device.get(await signInOptions());
        t.clock.advance({ minutes: 5, seconds: 1 });
        expect((await signInWith(late)).status).toBe(401);
        const elsewhere = await passkeyOptions(user.http, '/api/auth/reauthenticate/passkey-options');
        expect((await signInWith(device.get(elsewhere))).status).toBe(401);
      });

      it('for an account that is shut', async () => {
        const { user, device } = await givenOwner();
        await t.db.query("UPDATE users SET status = 'inactive' WHERE id = $1", [user.id]);
        const refused = await signInWith(device.get(await signInOptions()));
        expect([refused.status, codeOf(refused)]).toEqual([401, 'invalid_credentials']);
      });
    });

    it('from authenticators that do not count', async () => {
      const { device } = await givenOwner();
      for (let round = 0; round < 2; round += 1) {
        expect((await signInWith(device.get(await signInOptions(), { counter: 0 }))).status).toBe(200);
      }
    });
  });

  describe('complete a sign-in', () => {
    const challengeFor = async (user: GivenUser) => (await login(user)).challengeToken ?? '';
    const factorOptions = (challengeToken: string) =>
      passkeyOptions(t.http, '/api/auth/mfa/passkey-options', { challengeToken });
    const verify = (challengeToken: string, passkey: object) =>
      t.http.post<SignIn>('/api/auth/mfa/verify', { challengeToken, passkey });

    it('that began with a password, and name the passkeys of that person alone', async () => {
      const { user, device } = await givenOwner();
      const challengeToken = await challengeFor(user);
      const options = await factorOptions(challengeToken);
      expect(options).toMatchObject({ allowCredentials: [{ id: device.credentialId }] });
      const answer = await verify(challengeToken, device.get(options, { userHandle: null }));
      expect([answer.status, answer.body.data.user?.id]).toEqual([200, user.id]);
    });

    it('of no other person, and of no other sign-in', async () => {
      const [ada, eve] = [await givenOwner(), await givenOwner()];
      const token = await challengeFor(ada.user);
      const foreign = await verify(token, eve.device.get(await factorOptions(token)));
      expect([foreign.status, codeOf(foreign)]).toEqual([401, 'second_factor_rejected']);
      const another = await challengeFor(ada.user);
      const carried = await verify(another, ada.device.get(await factorOptions(token)));
      expect([carried.status, codeOf(carried)]).toEqual([401, 'second_factor_rejected']);
    });

    it('with five wrong answers at most, and either a passkey or a code', async () => {
      const { user, device } = await givenOwner();
      const token = await challengeFor(user);
      const both = await t.http.post('/api/auth/mfa/verify', { challengeToken: token, code: '123456', passkey: {} });
      expect([both.status, codeOf(both)]).toEqual([400, 'proof_required']);
      expect(codeOf(await t.http.post('/api/auth/mfa/verify', { challengeToken: token }))).toBe('proof_required');
      for (let round = 0; round < 5; round += 1) expect((await verify(token, {})).status).toBe(401);
      const options = await t.http.post('/api/auth/mfa/passkey-options', { challengeToken: token });
      const late = options.status === 200 ? await verify(token, device.get(await factorOptions(token))) : options;
      expect([late.status, codeOf(late)]).toEqual([401, 'challenge_ended']);
    });

    it('with a backup code when the device is lost', async () => {
      const { user, backupCodes } = await givenOwner();
      const answer = await t.http.post('/api/auth/mfa/verify', {
        challengeToken: await challengeFor(user),
        code: backupCodes?.[0],
      });
      expect(answer.status).toBe(200);
    });
  });

  describe('are kept', () => {
    it('by their owner: renamed and removed, with rows in the audit log', async () => {
      const { user, id } = await givenOwner();
      const eve = await givenUser(t);
      expect((await eve.http.patch(`/api/v1/auth/passkeys/${id}`, { name: 'Mine' })).status).toBe(404);
      expect((await eve.http.delete(`/api/v1/auth/passkeys/${id}`)).status).toBe(404);
      const renamed = await user.http.patch(`/api/v1/auth/passkeys/${id}`, { name: 'Desk' });
      expect([renamed.status, renamed.body]).toMatchObject([200, { data: { id, name: 'Desk' } }]);
      expect((await user.http.delete(`/api/v1/auth/passkeys/${id}`)).status).toBe(204);
      const rows = (await auditRows(t)).filter(({ resource_id }) => resource_id === id);
      expect(rows.map(({ action }) => action)).toEqual(['PASSKEY_ADDED', 'PASSKEY_RENAMED', 'PASSKEY_REMOVED']);
    });

    it('until they are removed: sessions that they opened end within a second on another replica', async () => {
      const { user, id, device } = await givenOwner();
      const { accessToken } = (await signInWith(device.get(await signInOptions()))).body.data;
      expect((await me(accessToken, other.http)).status).toBe(200);
      expect((await user.http.delete(`/api/v1/auth/passkeys/${id}`)).status).toBe(204);
      await eventually(async () => expect((await me(accessToken, other.http)).status).toBe(401), NOTICED_WITHIN_MS);
      expect((await signInWith(device.get(await signInOptions()))).status).toBe(401);
      expect((await me(user.token)).status).toBe(200);
      // It was the last factor, so nothing is asked for any more, and nothing stands in for it.
      expect(await login(user)).toHaveProperty('accessToken');
      expect((await user.http.get('/api/auth/mfa/status')).body).toMatchObject({
        data: { enabled: false, backupCodesLeft: 0 },
      });
    });

    it('while one-time codes go, and the other way round', async () => {
      const { user, id, device } = await givenOwner();
      const { freshCode } = await givenAuthenticator(t, user);
      const opened = (await signInWith(device.get(await signInOptions()))).body.data.accessToken;
      const disabled = await user.http.post('/api/auth/mfa/disable', { password: GIVEN_PASSWORD, code: freshCode() });
      expect(disabled.status).toBe(200);
      expect((await me(opened)).status).toBe(200);
      expect((await login(user)).methods).toEqual(['passkey', 'backup-code']);
      expect((await user.http.delete(`/api/v1/auth/passkeys/${id}`)).status).toBe(204);
      expect((await me(opened)).status).toBe(401);
    });
  });

  describe('prove once more who somebody is', () => {
    const reauthenticate = ({ http }: GivenUser, proof: object) => http.post('/api/auth/reauthenticate', proof);

    it('A-37 in the session that asked, as both factors', async () => {
      const { user, device } = await givenOwner();
      const eve = await givenOwner();
      const options = () => passkeyOptions(user.http, '/api/auth/reauthenticate/passkey-options');
      const proof = await reauthenticate(user, { passkey: device.get(await options()) });
      expect([proof.status, proof.body]).toMatchObject([200, { data: { methods: ['hwk', 'user'] } }]);
      const foreign = await reauthenticate(user, { passkey: eve.device.get(await options()) });
      expect([foreign.status, codeOf(foreign)]).toEqual([400, 'wrong_passkey']);
      const carried = await reauthenticate(eve.user, { passkey: device.get(await options()) });
      expect([carried.status, codeOf(carried)]).toEqual([400, 'wrong_passkey']);
      const half = await reauthenticate(user, { password: GIVEN_PASSWORD });
      expect([half.status, codeOf(half)]).toEqual([400, 'code_required']);
    });
  });

  it('are for pages on their domain: anything else stops the start', async () => {
    const start = createApp({
      databaseUrl: t.databaseUrl,
      environment: { WEBAUTHN_RP_ID: 'sluice.example', WEBAUTHN_ORIGINS: 'https://notsluice.example' },
    });
    await expect(start).rejects.toThrow('WEBAUTHN_ORIGINS');
  });
});
