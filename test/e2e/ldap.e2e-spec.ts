import { PasswordHasher } from '../../src/auth/passwords/password.hasher.js';
import { createApp, type TestApp } from '../support/app.js';
import { GIVEN_PASSWORD, givenUser } from '../support/given/users.js';
import {
  BASE,
  BIND_DN,
  BIND_PASSWORD,
  hasSlapd,
  type LdapPeer,
  type LdapPerson,
  startLdapjs,
  startSlapd,
} from '../support/ldap-peers.js';
import { selfSigned } from '../support/self-signed.js';

const PASSWORD = 'a password of the directory';
let people = 0;

/** Names that mean something to a directory, and should mean nothing to it here. */
const HOSTILE = [
  '*',
  '*)(uid=*',
  'a*',
  '*)(|(uid=*',
  '*)(&',
  '*))%00',
  ')(uid=*))(|(uid=*',
  'ada)(|(mail=*',
  '(',
  ')',
  '\\',
  '\\2a',
  '\\28',
  'ada\\',
  '\\00',
  'ada\0',
  'ada\0)(uid=*',
  '\u0000',
  'ada\n',
  '\rada',
  'ada,ou=people',
  'ada+uid=bob',
  '"ada"',
  '<ada>',
  ';ada',
  '#ada',
  '=ada',
  'uid=ada',
  ' ',
  '  ',
  '\t',
  '\u00a0',
  '*)(objectClass=*',
  '*)(userPassword=*)',
  '!(uid=ada)',
  '&(uid=ada)',
  '|(uid=ada)',
  'ada)(mail=*)',
  'a'.repeat(257),
  'ａｄａ*',
  '＊',
  '﹡',
  '∗',
  '%2a',
  '&#42;',
  '\u202eada',
  '\ufeff*',
  `uid=ada,ou=people,${BASE}`,
  '{{username}}',
  '{{dn}}',
  '$&',
  "$'",
  '$`',
] as const;

describe.each([
  ['ldapjs over TLS', startLdapjs, true],
  ['slapd with STARTTLS', startSlapd, hasSlapd],
] as const)('signing in with a directory: %s', (_peer, start, isHere) => {
  // A machine without Debian's slapd runs the same tests against ldapjs; `apt install slapd` runs these as well.
  const test = isHere ? it : it.skip;
  let peer: LdapPeer;
  let t: TestApp;

  const person = (over: Partial<LdapPerson> = {}): LdapPerson => {
    people += 1;
    return {
      uid: `ada${people}`,
      mail: `ada${people}@company.example`,
      cn: 'Ada Lovelace',
      password: PASSWORD,
      groups: [],
      ...over,
    };
  };
  const settings = (over: object = {}) => ({
    slug: 'directory',
    kind: 'ldap',
    label: 'Directory',
    url: peer.url,
    caCertificates: peer.certificate,
    bindDn: BIND_DN,
    bindPassword: BIND_PASSWORD,
    base: `ou=people,${BASE}`,
    filter: '(&(objectClass=inetOrgPerson)(|(uid={{username}})(mail={{username}})))',
    roleMapping: { [`cn=chiefs,ou=groups,${BASE}`]: 'admin', auditors: 'admin-readonly' },
    groupBase: `ou=groups,${BASE}`,
    timeoutSeconds: 2,
    ...over,
  });
  const appWith = (over: object = {}, databaseUrl?: string) =>
    createApp({
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
      environment: {
        IDENTITY_PROVIDERS: JSON.stringify([settings(over)]),
        AUTH_RATE_MAX: '1000',
        AUTH_ACCOUNT_RATE_MAX: '100000',
      },
    });

  beforeAll(async () => {
    if (!isHere) return;
    peer = await start();
    t = await appWith();
  });
  afterAll(async () => {
    if (!isHere) return;
    await t.close();
    await peer.stop();
  });

  const login = (body: object, app = t) =>
    app.http.post<{ data: { user: { id: string; email: string; name: string; role: string } } }>(
      '/api/auth/login',
      body,
    );

  test('A-31 lets people in with name or address and the password of the directory, attributes mapped', async () => {
    const ada = person({ groups: ['chiefs'] });
    await peer.replace([ada]);
    const first = await login({ username: ada.uid, password: PASSWORD });
    expect([first.status, first.body.data.user]).toMatchObject([
      200,
      { email: ada.mail, name: 'Ada Lovelace', role: 'admin' },
    ]);
    const second = await login({ email: ada.mail.toUpperCase(), password: PASSWORD });
    expect([second.status, second.body.data.user.id]).toEqual([200, first.body.data.user.id]);
    const { rows } = await t.db.query('SELECT issuer, subject FROM identities WHERE user_id = $1', [
      first.body.data.user.id,
    ]);
    expect(rows).toEqual([
      { issuer: `ldap:ou=people,${BASE}`, subject: expect.stringMatching(/^[0-9a-f-]{36}$/) as string },
    ]);
  });

  test('A-31 lets roles follow the groups of the directory, down as well as up', async () => {
    const ada = person({ groups: ['auditors'] });
    const roleWith = async (groups: string[]) => {
      await peer.replace([{ ...ada, groups }]);
      return (await login({ username: ada.uid, password: PASSWORD })).body.data.user.role;
    };
    expect(await roleWith(['auditors'])).toBe('admin-readonly');
    expect(await roleWith(['auditors', 'chiefs'])).toBe('admin');
    expect(await roleWith([])).toBe('user');
  });

  test('A-31 answers a wrong name and a wrong password alike, after as much work, and locks in the same way', async () => {
    const [ada, nobody] = [person(), person()];
    await peer.replace([ada]);
    const verify = jest.spyOn(t.app.get(PasswordHasher, { strict: false }), 'verify');
    const local = await givenUser(t);
    verify.mockClear();
    const answers = [];
    for (const body of [
      { username: ada.uid, password: 'wrong' },
      { username: nobody.uid, password: 'wrong' },
      { email: local.email, password: 'wrong' },
    ]) {
      verify.mockClear();
      const { status, body: answer } = await login(body);
      answers.push([status, (answer as unknown as { error: unknown }).error, verify.mock.calls.length]);
    }
    verify.mockRestore();
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject([401, { code: 'invalid_credentials' }, 1]);
    const sequence = async (username: string) => {
      const statuses = [];
      for (let attempt = 0; attempt < 6; attempt += 1)
        statuses.push((await login({ username, password: 'wrong' })).status);
      return statuses;
    };
    const [known, unknown] = [person(), person()];
    await peer.replace([known]);
    const binds = async (username: string) => {
      const before = peer.binds.length;
      return [await sequence(username), peer.binds.length - before];
    };
    const locksOfNobody = async () => {
      const { rows } = await t.db.query(
        "SELECT 1 FROM audit_logs WHERE action = 'ACCOUNT_LOCKED' AND resource_id IS NULL",
      );
      return rows.length;
    };
    expect(await binds(known.uid)).toEqual(await binds(unknown.uid));
    // Once for the name that was typed, and not once more for an entry that nobody has.
    const before = await locksOfNobody();
    await binds(person().uid);
    expect((await locksOfNobody()) - before).toBe(1);
    expect(peer.binds.filter(({ dn, password }) => !dn.startsWith('uid=') && password === 'wrong')).toEqual([]);
  });

  test('A-31 counts by who is meant, whichever of their names is given, until an administrator unlocks them', async () => {
    const [ada, bob] = [person(), person()];
    await peer.replace([ada, bob]);
    const { id } = (await login({ username: ada.uid, password: PASSWORD })).body.data.user;
    const names = [{ username: ada.uid }, { email: ada.mail }];
    for (const name of [...names, ...names, ...names].slice(0, 5)) {
      expect((await login({ ...name, password: 'wrong' })).status).toBe(401);
    }
    const { rows } = await t.db.query<{ new_values: object }>(
      "SELECT new_values FROM audit_logs WHERE action = 'ACCOUNT_LOCKED' AND resource_id = $1",
      [id],
    );
    expect(rows).toEqual([{ new_values: { minutes: 30 } }]);
    const admin = await givenUser(t, { role: 'admin' });
    const lock = await admin.http.get(`/api/v1/admin/users/${id}/lock`);
    expect(lock.body).toMatchObject({ data: { locked: true, failures: 5 } });
    const before = peer.binds.length;
    expect((await login({ email: ada.mail, password: PASSWORD })).status).toBe(401);
    expect(peer.binds.slice(before).filter(({ password }) => password === PASSWORD)).toEqual([]);
    expect((await login({ username: bob.uid, password: PASSWORD })).status).toBe(200);
    expect((await admin.http.post(`/api/v1/admin/users/${id}/unlock`)).status).toBe(200);
    expect((await login({ email: ada.mail, password: PASSWORD })).status).toBe(200);
  });

  test('A-31 makes nothing of names that mean something to a directory', async () => {
    const ada = person();
    await peer.replace([ada, person()]);
    for (const username of HOSTILE) {
      const { status } = await login({ username, password: PASSWORD });
      expect([username, [400, 401].includes(status)]).toEqual([username, true]);
    }
    expect((await login({ username: ada.uid, password: PASSWORD })).status).toBe(200);
    expect((await login({ username: '*)(uid=*', password: PASSWORD })).status).toBe(401);
  });

  test('A-31 sends no bind without a password, which would succeed', async () => {
    const ada = person();
    await peer.replace([ada]);
    const before = peer.binds.length;
    for (const password of ['', '\0', `${PASSWORD}\0`]) {
      expect([400, 401]).toContain((await login({ username: ada.uid, password })).status);
    }
    expect((await login({ username: ada.uid, password: ' ' })).status).toBe(401);
    expect(peer.binds.slice(before).filter(({ password }) => password === '' || password.includes('\0'))).toEqual([]);
  });

  test('A-31 lets nobody in where several are meant, and takes over no account by its address', async () => {
    const [one, two] = [person({ mail: 'same@company.example' }), person({ mail: 'same@company.example' })];
    await peer.replace([one, two]);
    expect((await login({ email: 'same@company.example', password: PASSWORD })).status).toBe(401);
    const local = await givenUser(t);
    const namesake = person({ mail: local.email });
    await peer.replace([namesake]);
    const refused = await login({ username: namesake.uid, password: PASSWORD });
    expect([refused.status, refused.body]).toMatchObject([409, { error: { code: 'provider_mismatch' } }]);
    // Who has a password here signs in with that one, and the directory never sees it.
    const before = peer.binds.length;
    expect((await login({ email: local.email, password: PASSWORD })).status).toBe(401);
    expect((await login({ email: local.email, password: GIVEN_PASSWORD })).status).toBe(200);
    expect(peer.binds.length).toBe(before);
  });

  test('A-31 talks to no server whose certificate it was not told to trust, and says that the directory is away', async () => {
    const ada = person();
    await peer.replace([ada]);
    const wary = await appWith({ caCertificates: selfSigned().certificate }, t.databaseUrl);
    try {
      const before = peer.binds.length;
      const answer = await login({ username: ada.uid, password: PASSWORD }, wary);
      expect([answer.status, answer.body]).toMatchObject([503, { error: { code: 'identity_provider_unavailable' } }]);
      expect(peer.binds.length).toBe(before);
      expect(wary.logs.join('')).not.toContain(PASSWORD);
    } finally {
      await wary.close();
    }
  });

  test('A-31 shows no button for it, and refuses settings that would send passwords in the clear', async () => {
    const { text } = await t.http.get('/api/v1/config');
    expect(text).not.toContain('"slug":"directory"');
    for (const wrong of [
      { url: 'ldap://ldap.example.com', startTls: false },
      { url: 'ldap://ldap.example.com', startTls: false, requireTls: false },
      { filter: '(uid=ada)' },
      { url: 'http://x' },
      { bindPassword: '' },
    ]) {
      await expect(appWith(wrong, t.databaseUrl)).rejects.toThrow('IDENTITY_PROVIDERS');
    }
  });
});
