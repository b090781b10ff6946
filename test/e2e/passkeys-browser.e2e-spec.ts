import { createApp, type TestApp } from '../support/app.js';
import { newPasskeyOptions, passkeyOptions } from '../support/given/passkeys.js';
import { GIVEN_PASSWORD, givenUser, type GivenUser } from '../support/given/users.js';
import { findChromium, PageServer, VirtualAuthenticator } from '../support/virtual-authenticator.js';

interface SignIn {
  data: { accessToken?: string; challengeToken?: string; methods?: string[]; user?: { id: string } };
}

const found = findChromium();
const missing = 'reason' in found ? `no Chromium starts here: ${found.reason}; install one, or run on Linux x64` : '';

(missing === '' ? describe : describe.skip)(`passkeys of a real browser${missing && ` (${missing})`}`, () => {
  let page: PageServer;
  let t: TestApp;
  let browser: VirtualAuthenticator;
  let user: GivenUser;

  beforeAll(async () => {
    page = await PageServer.start();
    t = await createApp({ environment: { PUBLIC_URL: page.origin } });
    browser = await VirtualAuthenticator.start(page.origin, found);
    user = await givenUser(t);
  });
  afterAll(async () => {
    await browser.stop();
    await t.close();
    await page.stop();
  });

  const signInWith = async (credential: object) => t.http.post<SignIn>('/api/auth/passkey-login', { credential });

  it('are registered, and sign their owner in alone', async () => {
    const options = await newPasskeyOptions(user.http);
    const added = await user.http.post('/api/v1/auth/passkeys', {
      name: 'Virtual',
      credential: await browser.create(options),
    });
    expect([added.status, added.body]).toMatchObject([201, { data: { name: 'Virtual', lastUsedAt: null } }]);
    const answer = await signInWith(await browser.get(await passkeyOptions(t.http, '/api/auth/passkey-login/options')));
    expect([answer.status, answer.body.data.user?.id]).toEqual([200, user.id]);
    const { rows } = await t.db.query<{ methods: string[] }>(
      'SELECT methods FROM sessions WHERE user_id = $1 ORDER BY id DESC LIMIT 1',
      [user.id],
    );
    expect(rows[0]?.methods).toEqual(['hwk', 'user']);
  });

  it('are not made twice on one device', async () => {
    const options = await newPasskeyOptions(user.http);
    await expect(browser.create(options)).rejects.toThrow('InvalidStateError');
  });

  it('complete a sign-in that began with a password', async () => {
    const { body } = await t.http.post<SignIn>('/api/auth/login', { email: user.email, password: GIVEN_PASSWORD });
    const { challengeToken = '', methods } = body.data;
    expect(methods).toEqual(['passkey', 'backup-code']);
    const options = await passkeyOptions(t.http, '/api/auth/mfa/passkey-options', { challengeToken });
    const passkey = await browser.get(options);
    const answer = await t.http.post<SignIn>('/api/auth/mfa/verify', { challengeToken, passkey });
    expect([answer.status, answer.body.data.user?.id]).toEqual([200, user.id]);
  });

  it('give no answer without recognising their owner, nor to a page of another origin', async () => {
    await browser.recognise(false);
    const options = await passkeyOptions(t.http, '/api/auth/passkey-login/options');
    await expect(browser.get(options)).rejects.toThrow('NotAllowedError');
    await browser.recognise(true);
    const elsewhere = await PageServer.start();
    try {
      await browser.visit(elsewhere.origin);
      // The same host on another port: the browser asks the authenticator, so only we can tell.
      const phished = await signInWith(
        await browser.get(await passkeyOptions(t.http, '/api/auth/passkey-login/options')),
      );
      expect(phished.status).toBe(401);
    } finally {
      await browser.visit(page.origin);
      await elsewhere.stop();
    }
  });

  it('prove once more who somebody is', async () => {
    const options = await passkeyOptions(user.http, '/api/auth/reauthenticate/passkey-options');
    const answer = await user.http.post('/api/auth/reauthenticate', { passkey: await browser.get(options) });
    expect([answer.status, answer.body]).toMatchObject([200, { data: { methods: ['hwk', 'user'] } }]);
  });
});
