import { ANONYMOUS } from '#libs/access';
import { FederatedSignIn } from '../../src/auth/federation/federated-sign-in.js';
import { SignInFlows } from '../../src/auth/federation/flows/sign-in.flows.js';
import { IdentityProviders } from '../../src/auth/federation/identity-providers.js';
import type { ProvenIdentity } from '../../src/auth/federation/proven-identity.js';
import type { OpenSession } from '../../src/auth/sessions/sessions.service.js';
import { createApp, type TestApp } from '../support/app.js';
import { auditedBy } from '../support/audit-trail.js';
import { givenUser } from '../support/given/users.js';

const CLIENT = { kind: 'oidc', clientId: 'sluice', clientSecret: 'a-secret-of-the-client' };
const provider = (slug: string, more: object = {}) => ({
  slug,
  label: slug,
  issuer: `https://${slug}.example.com`,
  ...CLIENT,
  ...more,
});
const ROLES = { roleMapping: { 'maas-admins': 'admin', auditors: 'admin-readonly' } };

describe('federated sign-in', () => {
  let t: TestApp;
  let subjects = 0;

  beforeAll(async () => {
    t = await createApp({
      environment: {
        IDENTITY_PROVIDERS: JSON.stringify([
          provider('plain'),
          provider('roles', ROLES),
          provider('members', { requiredGroups: ['staff', 'guests'] }),
          provider('closed', { allowSignUp: false }),
          provider('directory', { trustsEmail: true, trustsMfa: true }),
        ]),
      },
    });
  });
  afterAll(() => t.close());

  /** Somebody new whom a provider has proved. */
  function somebody(slug: string, more: Partial<ProvenIdentity> = {}): ProvenIdentity {
    const subject = `subject-${(subjects += 1)}`;
    return {
      provider: t.app.get(IdentityProviders).get(slug),
      issuer: `https://${slug}.example.com`,
      subject,
      email: `${subject}@${slug}.example.com`,
      emailVerified: true,
      name: 'Ada Lovelace',
      ...more,
    };
  }
  async function admit(proven: ProvenIdentity, app = t.app): Promise<OpenSession> {
    const admission = await app.get(FederatedSignIn).admit(ANONYMOUS, proven);
    if (admission.kind !== 'session') throw new Error('A second factor was asked for.');
    return admission.session;
  }
  const count = async (table: 'users' | 'identities' | 'sessions') =>
    (await t.db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)).rows[0]?.n;
  const roleOf = async (id: string) =>
    (await t.db.query<{ role: string }>('SELECT role FROM users WHERE id = $1', [id])).rows[0]?.role;

  it('A-28 makes an account of an identity once, and finds it again whatever its address is by then', async () => {
    const proven = somebody('plain');
    const first = await admit(proven);
    expect(first.account).toMatchObject({ email: proven.email, name: 'Ada Lovelace', role: 'user' });
    const again = await admit({ ...proven, email: 'renamed@example.com', emailVerified: false });
    expect(again.account.id).toBe(first.account.id);
    expect(again.principal.methods).toEqual(['fed']);
  });

  it('A-28 makes one account of many first sign-ins at once', async () => {
    const proven = somebody('plain');
    const sessions = await Promise.all(Array.from({ length: 8 }, () => admit(proven)));
    expect(new Set(sessions.map(({ account }) => account.id)).size).toBe(1);
    const { rows } = await t.db.query('SELECT 1 FROM identities WHERE subject = $1', [proven.subject]);
    expect(rows).toHaveLength(1);
  });

  it('A-28 knows the same subject of another issuer for somebody else', async () => {
    const proven = somebody('plain');
    const one = await admit(proven);
    const other = await admit({ ...proven, issuer: 'https://other.example.com', email: 'other-one@example.com' });
    expect(other.account.id).not.toBe(one.account.id);
  });

  it('A-28 records who came by whose word, and who was refused', async () => {
    const proven = somebody('plain');
    const made = await auditedBy(t, () => admit(proven));
    expect(made.map(({ action }) => action)).toEqual(['USER_CREATED', 'IDENTITY_LINKED', 'SIGNED_IN']);
    const refused = await auditedBy(t, () => admit(somebody('closed')).catch(() => undefined));
    expect(refused).toMatchObject([
      {
        action: 'SIGN_IN_FAILED',
        success: false,
        error_code: 'provider_sign_up_closed',
        new_values: { provider: 'closed' },
      },
    ]);
  });

  it('A-30 links no account by its address', async () => {
    const user = await givenUser(t);
    const before = await Promise.all([count('users'), count('identities'), count('sessions')]);
    await expect(admit(somebody('plain', { email: user.email.toUpperCase() }))).rejects.toMatchObject({
      code: 'provider_mismatch',
    });
    expect(await Promise.all([count('users'), count('identities'), count('sessions')])).toEqual(before);
  });

  it.each<[string, Partial<ProvenIdentity>, string]>([
    ['without an address', { email: undefined }, 'provider_email_missing'],
    ['with what is no address', { email: 'not an address' }, 'provider_email_missing'],
    ['with an address that nobody checked', { emailVerified: false }, 'provider_email_unverified'],
    ['with an address of which nothing is said', { emailVerified: undefined }, 'provider_email_unverified'],
  ])('A-28 makes no account %s', async (_case, more, code) => {
    const before = await count('users');
    await expect(admit(somebody('plain', more))).rejects.toMatchObject({ code });
    expect(await count('users')).toBe(before);
  });

  it('A-28 takes the word of a provider that is trusted with addresses, but not against its own', async () => {
    await expect(admit(somebody('directory', { emailVerified: undefined }))).resolves.toBeDefined();
    await expect(admit(somebody('directory', { emailVerified: false }))).rejects.toMatchObject({
      code: 'provider_email_unverified',
    });
  });

  it('A-28 names a new person so that the name can be shown', async () => {
    const { account } = await admit(somebody('plain', { name: `\u202eevil\u0000${'x'.repeat(200)}` }));
    expect(account.name).toBe(`evil${'x'.repeat(96)}`);
    expect((await admit(somebody('plain', { name: ' ' }))).account.name).toMatch(/^subject-\d+$/);
  });

  it('A-28 lets nobody in to an account that may not be used', async () => {
    const proven = somebody('plain');
    const { account } = await admit(proven);
    await t.db.query(`UPDATE users SET status = 'inactive' WHERE id = $1`, [account.id]);
    await expect(admit(proven)).rejects.toMatchObject({ kind: 'unauthenticated' });
  });

  it('A-29 gives the strongest role of the groups, and takes it away with them', async () => {
    await givenUser(t, { role: 'admin' });
    const proven = somebody('roles', { groups: ['auditors', 'maas-admins'] });
    const { account } = await admit(proven);
    expect(account.role).toBe('admin');
    expect((await admit({ ...proven, groups: ['auditors'] })).account.role).toBe('admin-readonly');
    expect(await roleOf(account.id)).toBe('admin-readonly');
    const rows = await auditedBy(t, () => admit({ ...proven, groups: undefined }));
    expect(await roleOf(account.id)).toBe('user');
    expect(rows).toContainEqual(
      expect.objectContaining({
        action: 'USER_UPDATED',
        actor_kind: 'system',
        old_values: expect.objectContaining({ role: 'admin-readonly' }) as object,
        new_values: expect.objectContaining({ role: 'user' }) as object,
      }),
    );
    expect((await admit({ ...proven, groups: ['maas-admins'] })).principal.role).toBe('admin');
  });

  it('A-29 leaves roles alone where no groups are mapped', async () => {
    const proven = somebody('plain', { groups: ['maas-admins'] });
    const { account } = await admit(proven);
    await t.db.query(`UPDATE users SET role = 'admin-readonly' WHERE id = $1`, [account.id]);
    expect((await admit(proven)).account.role).toBe('admin-readonly');
  });

  it('A-29 makes nobody an administrator for being the first', async () => {
    const empty = await createApp({
      environment: { IDENTITY_PROVIDERS: JSON.stringify([provider('plain')]) },
    });
    try {
      const proven = { ...somebody('plain'), provider: empty.app.get(IdentityProviders).get('plain') };
      expect((await admit(proven, empty.app)).account.role).toBe('user');
    } finally {
      await empty.close();
    }
  });

  it('A-29 keeps the last administrator, and says so', async () => {
    const proven = somebody('roles', { groups: ['maas-admins'] });
    const { account } = await admit(proven);
    await t.db.query(`UPDATE users SET role = 'user' WHERE role = 'admin' AND id <> $1`, [account.id]);
    const rows = await auditedBy(t, async () => {
      expect((await admit({ ...proven, groups: [] })).account.role).toBe('admin');
    });
    expect(rows.map(({ action }) => action)).toEqual(['ROLE_MAPPING_REFUSED', 'SIGNED_IN']);
    const { account: other } = await admit(somebody('roles', { groups: ['maas-admins'] }));
    expect((await admit({ ...proven, groups: [] })).account.role).toBe('user');
    // Of two who are demoted at once, one stays.
    await t.db.query(`UPDATE users SET role = 'admin' WHERE id = $1`, [account.id]);
    const both = await t.db.query<{ subject: string }>('SELECT subject FROM identities WHERE user_id = $1', [other.id]);
    const second = { ...proven, subject: both.rows[0]?.subject ?? '' };
    await Promise.all([admit({ ...proven, groups: [] }), admit({ ...second, groups: [] })]);
    expect(new Set([await roleOf(account.id), await roleOf(other.id)])).toEqual(new Set(['admin', 'user']));
  });

  it('A-29 refuses whoever is in none of the required groups, known or not', async () => {
    const before = await count('users');
    for (const groups of [undefined, [], ['strangers']]) {
      await expect(admit(somebody('members', { groups }))).rejects.toMatchObject({
        code: 'required_group_missing',
        kind: 'forbidden',
      });
    }
    expect(await count('users')).toBe(before);
    const proven = somebody('members', { groups: ['guests'] });
    const { principal } = await admit(proven);
    await expect(admit({ ...proven, groups: ['former-guests'] })).rejects.toMatchObject({
      code: 'required_group_missing',
    });
    const { rows } = await t.db.query('SELECT end_reason FROM sessions WHERE id = $1', [principal.sessionId]);
    expect(rows).toEqual([{ end_reason: 'group_left' }]);
  });

  it("counts a provider's second factor where it is trusted with it", async () => {
    const methods = ['pwd', 'otp', 'hwk', 'mfa', 'made-up'];
    expect((await admit(somebody('plain', { methods }))).principal.methods).toEqual(['fed']);
    expect((await admit(somebody('directory', { methods }))).principal.methods).toEqual(['fed', 'otp', 'hwk']);
  });

  it('A-28 gives a flow back once, in its own browser, and keeps none of its secrets readable', async () => {
    const flows = t.app.get(SignInFlows);
    const { state, verifier, nonce } = await flows.begin('plain', { browser: 'this-browser', returnTo: '/here' });
    const { rows } = await t.db.query('SELECT * FROM sign_in_flows');
    const text = JSON.stringify(rows, (_, value: unknown) =>
      typeof value === 'object' && value !== null && 'data' in value
        ? Buffer.from(value.data as number[]).toString('latin1')
        : value,
    );
    for (const secret of [state, verifier, nonce, 'this-browser']) expect(text).not.toContain(secret);
    await expect(flows.take(state, 'another-browser')).rejects.toMatchObject({ code: 'sign_in_flow_unknown' });
    await expect(flows.take(`${state}x`, 'this-browser')).rejects.toMatchObject({ code: 'sign_in_flow_unknown' });
    const taken = await Promise.allSettled(Array.from({ length: 8 }, () => flows.take(state, 'this-browser')));
    const won = taken.filter((each) => each.status === 'fulfilled');
    expect(won.map(({ value }) => value)).toMatchObject([
      { provider: 'plain', returnTo: '/here', isExpired: false, secrets: { verifier, nonce } },
    ]);
    const late = await flows.begin('plain', { browser: 'this-browser', returnTo: '/' });
    t.clock.advance({ minutes: 11 });
    expect(await flows.take(late.state, 'this-browser')).toMatchObject({ isExpired: true });
  });
});
