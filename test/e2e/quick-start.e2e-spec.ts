import type { UserPrincipal } from '#libs/access';
import { loadConfig } from '#libs/config';
import { FirstAdministrator } from '../../src/auth/first-administrator.js';
import { quickStart } from '../../src/boot/quick-start.js';
import { prepareWelcome } from '../../src/boot/welcome.js';
import { createApp, type TestApp } from '../support/app.js';
import { givenModel, givenProvider } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { emailIndex } from '../support/given/users.js';

const EMAIL = 'admin@sluice.local';

describe('the key that a start offers to try', () => {
  let t: TestApp;
  let admin: UserPrincipal;

  beforeEach(async () => {
    t = await createApp();
    await t.app.get(FirstAdministrator).ensure();
    const { rows } = await t.db.query<{ id: string }>('SELECT id FROM users WHERE email_index = $1', [
      emailIndex(t, EMAIL),
    ]);
    const id = rows[0]?.id ?? '';
    admin = {
      kind: 'user',
      id,
      userId: id,
      role: 'admin',
      sessionId: 'start',
      methods: [],
      authenticatedAt: new Date(),
      isFullyProved: true,
      duties: [],
    };
  });
  afterEach(() => t.close());

  const model = (id: string, inputPrice: bigint, restricted = false) => givenModel(t, { id, inputPrice, restricted });

  it.each(['suspended', 'pending', 'denied', 'expired'] as const)(
    'is for the next model when the subscription to the cheapest is %s',
    async (status) => {
      await model('cheap', 1n);
      await model('dear', 2n);
      await givenSubscription(t, admin, 'cheap', { status });
      expect(await quickStart(t.app, admin)).toMatchObject({ modelId: 'dear' });
      // A second start finds the first one's subscription.
      expect(await quickStart(t.app, admin)).toMatchObject({ modelId: 'dear' });
    },
  );

  it('is not for a model that needs approval, and asks for none', async () => {
    await model('cheap', 1n, true);
    expect(await quickStart(t.app, admin)).toBeUndefined();
    await model('dear', 2n);
    expect(await quickStart(t.app, admin)).toMatchObject({ modelId: 'dear' });
    const { rows } = await t.db.query('SELECT model_id, status FROM subscriptions');
    expect(rows).toEqual([{ model_id: 'dear', status: 'active' }]);
  });

  it('is rather for a dearer model than for one whose provider was not reached', async () => {
    const { slug } = await givenProvider(t);
    await t.db.query("UPDATE providers SET last_sync_error = 'It could not be reached.' WHERE slug = $1", [slug]);
    await givenModel(t, { id: 'cheap', inputPrice: 1n, provider: slug });
    await givenModel(t, { id: 'dear', inputPrice: 2n, provider: (await givenProvider(t)).slug });
    expect(await quickStart(t.app, admin)).toMatchObject({ modelId: 'dear' });
  });

  /** What the start says, in a profile. */
  async function welcome(environment: Readonly<Record<string, string>>): Promise<string> {
    const config = loadConfig({ DATA_DIR: t.dataDir, DATABASE_URL: t.databaseUrl, ...environment });
    const said: string[] = [];
    const stderr = jest.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    try {
      const say = await prepareWelcome(t.app, { config, simulated: false, stop: () => Promise.resolve() });
      say('http://house');
    } finally {
      stderr.mockRestore();
    }
    return said.join('');
  }

  it('is missing where nothing can be called, and the house opens all the same', async () => {
    await model('cheap', 1n);
    await givenSubscription(t, admin, 'cheap', { status: 'suspended' });
    const said = await welcome({ NODE_ENV: 'development' });
    expect(said).toContain('Sluice serves at http://house');
    expect(said).toContain('There is no key to try');
  });

  it('gives way to a sentence when the address of the administrator belongs to somebody else', async () => {
    await t.db.query("UPDATE users SET role = 'user' WHERE id = $1", [admin.id]);
    await expect(welcome({ NODE_ENV: 'development' })).rejects.toThrow(
      /admin@sluice\.local belongs to somebody who may not\. Set ADMIN_EMAIL/,
    );
  });

  it('stands on the terminal of a developer, never in the output of a staging', async () => {
    await model('cheap', 1n);
    const secrets = { JWT_SECRET: 'r7Kd92mXq4Lz8Vn3Wb6Ty1Hs5Pf0GcQe2Ua', ADMIN_PASSWORD: 'Correct-Horse-7-Battery' };
    expect(await welcome({ NODE_ENV: 'staging', ...secrets })).not.toMatch(/sk-sluice|no key to try/);
    expect(await welcome({ NODE_ENV: 'development' })).toContain('sk-sluice-');
  });
});
