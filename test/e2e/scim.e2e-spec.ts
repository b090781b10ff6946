import { createApp, type TestApp } from '../support/app.js';
import { auditedBy } from '../support/audit-trail.js';
import { eventually } from '../support/eventually.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { GIVEN_PASSWORD, givenUser, type GivenUser } from '../support/given/users.js';
import type { TestHttp, TestResponse } from '../support/http.js';

const USERS = '/scim/v2/Users';
const GROUPS = '/scim/v2/Groups';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const SCIM_JSON = 'application/scim+json; charset=utf-8';

interface Resource {
  readonly id: string;
  readonly userName: string;
  readonly active: boolean;
  readonly displayName?: string;
  readonly members?: { readonly value: string }[];
  readonly groups: { readonly value: string }[];
  readonly meta: { readonly version: string; readonly location: string; readonly resourceType: string };
}
interface Found {
  readonly totalResults: number;
  readonly startIndex: number;
  readonly itemsPerPage: number;
  readonly Resources: Resource[];
}

let counted = 0;
const unique = (word: string) => `${word}-${(counted += 1)}`;

describe('provisioning by SCIM', () => {
  let t: TestApp;
  let other: TestApp;
  let admin: GivenUser;
  let directory: TestHttp;
  let elsewhere: TestHttp;

  beforeAll(async () => {
    const environment = {
      JWT_SECRET: 'q8Zr2vK6xT1mW9bN4cL7yH3pD5sF0gJa',
      SCIM_ROLE_GROUPS: 'admin=Platform Owners, admin-readonly=auditors-external-id',
    };
    t = await createApp({ environment });
    other = await createApp({ environment, databaseUrl: t.databaseUrl });
    admin = await givenUser(t, { role: 'admin' });
    const { body } = await admin.http.post<{ data: { token: string } }>('/api/v1/admin/scim-tokens', { name: 'Test' });
    const headers = { 'content-type': 'application/scim+json' };
    directory = t.http.bearer(body.data.token).with(headers);
    elsewhere = other.http.bearer(body.data.token).with(headers);
  });
  afterAll(async () => {
    await other.close();
    await t.close();
  });

  const create = async (facts: object = {}): Promise<Resource> => {
    const answer = await directory.post<Resource>(USERS, {
      schemas: [USER],
      userName: `${unique('person')}@example.com`,
      ...facts,
    });
    if (answer.status !== 201) throw new Error(answer.text);
    return answer.body;
  };
  const createGroup = async (displayName: string, members: string[] = [], facts: object = {}): Promise<Resource> => {
    const group = { schemas: [GROUP], displayName, members: members.map((value) => ({ value })), ...facts };
    const answer = await directory.post<Resource>(GROUPS, group);
    if (answer.status !== 201) throw new Error(answer.text);
    return answer.body;
  };
  const patch = (path: string, ...operations: object[]): Promise<TestResponse<Resource>> =>
    directory.patch<Resource>(path, { schemas: [PATCH], Operations: operations });
  const find = async (filter: string, path = USERS, http = directory): Promise<Found> =>
    (await http.get<Found>(`${path}?filter=${encodeURIComponent(filter)}`)).body;
  const roleOf = async (id: string): Promise<string | undefined> =>
    (await t.db.query<{ role: string }>('SELECT role FROM users WHERE id = $1', [id])).rows[0]?.role;
  const refused = (answer: TestResponse<object>, status: number, scimType?: string): void => {
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, SCIM_JSON]);
    expect(answer.body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: String(status),
      detail: expect.any(String) as string,
      ...(scimType === undefined ? {} : { scimType }),
    });
  };
  /** Somebody whom the directory made, with a session and an API key of theirs. */
  const working = async () => {
    const email = `${unique('worker')}@example.com`;
    const { id } = await create({ userName: email });
    await t.db.query('UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE id = $2) WHERE id = $1', [
      id,
      admin.id,
    ]);
    const signIn = (app = t) =>
      app.http.post<{ data: { accessToken: string } }>('/api/auth/login', { email, password: GIVEN_PASSWORD });
    const { accessToken } = (await signIn()).body.data;
    const model = await givenModel(t);
    await givenSubscription(t, { id }, model.id);
    const { key } = await givenApiKey(t, { id }, [model.id]);
    const uses = async (app: TestApp): Promise<number[]> => [
      (await app.http.bearer(accessToken).get('/api/v1/auth/me')).status,
      (await app.http.bearer(key).get('/v1/models')).status,
    ];
    return { id, email, signIn, uses };
  };

  describe('people', () => {
    it('are made with an account of theirs, and no right that they write themselves', async () => {
      const answer = await directory.post<Resource>(USERS, {
        schemas: [USER],
        userName: 'Barbara@Example.com',
        externalId: 'bjensen',
        name: { formatted: 'Ms. Barbara J Jensen III', familyName: 'Jensen', givenName: 'Barbara' },
        roles: [{ value: 'admin' }],
        role: 'admin',
        entitlements: ['admin'],
        id: admin.id,
        groups: [{ value: admin.id }],
        meta: { location: '/elsewhere' },
        password: 'Correct-Horse-7-Battery',
      });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([201, SCIM_JSON]);
      const { id, meta } = answer.body;
      expect(id).not.toBe(admin.id);
      expect(answer.headers.get('location')).toBe(`${USERS}/${id}`);
      expect(answer.headers.get('etag')).toBe(meta.version);
      expect(answer.body).toEqual({
        schemas: [USER],
        id,
        externalId: 'bjensen',
        userName: 'Barbara@Example.com',
        name: { formatted: 'Ms. Barbara J Jensen III', familyName: 'Jensen', givenName: 'Barbara' },
        active: true,
        groups: [],
        meta: {
          resourceType: 'User',
          location: `${USERS}/${id}`,
          version: expect.stringMatching(/^W\/"[\w-]+"$/) as string,
          created: expect.any(String) as string,
          lastModified: expect.any(String) as string,
        },
      });
      const { rows } = await t.db.query('SELECT role, status, password_hash, name FROM users WHERE id = $1', [id]);
      expect(rows).toEqual([{ role: 'user', status: 'active', password_hash: null, name: 'Ms. Barbara J Jensen III' }]);
    });

    it('are kept without their address or name of the directory in the clear', async () => {
      const { id } = await create({ userName: 'hidden.person@example.com' });
      const { rows } = await t.db.query<{ row: string }>(
        'SELECT scim_users::text AS row FROM scim_users WHERE id = $1',
        [id],
      );
      expect(rows[0]?.row).not.toMatch(/hidden|example/);
    });

    it('are unique, and accounts that somebody else made are neither shown nor taken over', async () => {
      const { userName } = await create({ externalId: 'once' });
      refused(await directory.post(USERS, { schemas: [USER], userName: userName.toUpperCase() }), 409, 'uniqueness');
      refused(
        await directory.post(USERS, { schemas: [USER], userName: 'x@y.example', externalId: 'once' }),
        409,
        'uniqueness',
      );
      refused(await directory.post(USERS, { schemas: [USER], userName: admin.email }), 409, 'uniqueness');
      expect((await find(`userName eq "${admin.email}"`)).totalResults).toBe(0);
      refused(await directory.get(`${USERS}/${admin.id}`), 404);
      refused(await directory.delete(`${USERS}/${admin.id}`), 404);
      refused(await patch(`${USERS}/${admin.id}`, { op: 'replace', path: 'active', value: false }), 404);
      expect((await admin.http.get('/api/v1/auth/me')).status).toBe(200);
    });

    it('make one of many at once', async () => {
      const body = { schemas: [USER], userName: `${unique('racer')}@example.com` };
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? directory : elsewhere).post(USERS, body)),
      );
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
        201,
        ...Array<number>(7).fill(409),
      ]);
    });

    it('are found by what a directory asks for, page by page', async () => {
      const name = unique('Finder');
      const [first, second, third] = [
        await create({
          displayName: name,
          externalId: `${name}-1`,
          emails: [{ value: `${name}@Work.example`, type: 'work' }],
        }),
        await create({ displayName: name, active: false }),
        await create({ displayName: name.toLowerCase() }),
      ];
      const ids = async (filter: string) => (await find(filter, USERS, elsewhere)).Resources.map(({ id }) => id);
      expect(await ids(`userName eq "${first.userName.toUpperCase()}"`)).toEqual([first.id]);
      expect(await ids(`externalId eq "${name}-1"`)).toEqual([first.id]);
      expect(await ids(`emails.value eq "${name}@work.example"`)).toEqual([first.id]);
      expect(await ids(`emails[type eq "work" and value eq "${name}@work.example"]`)).toEqual([first.id]);
      expect(await ids(`displayName eq "${name}" and active eq false`)).toEqual([second.id]);
      expect(await ids(`displayName eq "${name}" and not (active eq true)`)).toEqual([second.id]);
      expect(await ids(`id eq "${third.id}" or externalId eq "${name}-1"`)).toEqual([first.id, third.id]);
      expect(await ids(`displayName sw "${name}" and meta.lastModified gt "2001-01-01T00:00:00Z"`)).toHaveLength(3);
      expect(await ids(`externalId eq "' OR true --"`)).toEqual([]);
      const page = await directory.get<Found>(
        `${USERS}?filter=${encodeURIComponent(`displayName eq "${name}"`)}&startIndex=2&count=1&attributes=userName`,
      );
      expect(page.body).toMatchObject({
        totalResults: 3,
        startIndex: 2,
        itemsPerPage: 1,
        Resources: [{ userName: second.userName }],
      });
      expect(page.body.Resources[0]).not.toHaveProperty('displayName');
      expect((await directory.get<Found>(`${USERS}?count=0`)).body.Resources).toEqual([]);
      expect((await directory.get<Found>(`${USERS}?startIndex=-3&count=-1`)).body).toMatchObject({
        startIndex: 1,
        itemsPerPage: 0,
      });
      refused(await directory.get(`${USERS}?filter=${encodeURIComponent('userName co "a"')}`), 400, 'invalidFilter');
      refused(await directory.get(`${USERS}?filter=${encodeURIComponent('password eq "a"')}`), 400, 'invalidFilter');
    });

    it('change only for who knows what they are now', async () => {
      const { id, meta } = await create();
      const path = `${USERS}/${id}`;
      const read = await directory.get(path, { headers: { 'if-none-match': meta.version } });
      expect([read.status, read.text]).toEqual([304, '']);
      const change = { schemas: [PATCH], Operations: [{ op: 'replace', path: 'displayName', value: 'New' }] };
      const changed = await directory.send<Resource>('PATCH', path, {
        body: change,
        headers: { 'if-match': meta.version },
      });
      expect([changed.status, changed.body.displayName]).toEqual([200, 'New']);
      expect(changed.headers.get('etag')).not.toBe(meta.version);
      refused(await directory.send('PATCH', path, { body: change, headers: { 'if-match': meta.version } }), 412);
      refused(await directory.send('DELETE', path, { headers: { 'if-match': meta.version } }), 412);
      refused(
        await directory.send('PUT', path, { body: { userName: 'a@b.example' }, headers: { 'if-match': '"x"' } }),
        412,
      );
      expect((await directory.send('DELETE', path, { headers: { 'if-match': '*' } })).status).toBe(204);
    });

    it('answer what is wrong in the words of SCIM, before anything is done', async () => {
      refused(await directory.post(USERS, { schemas: [USER] }), 400, 'invalidValue');
      refused(await directory.post(USERS, { schemas: [USER], userName: 'no-address' }), 400, 'invalidValue');
      refused(await directory.post(USERS, '{"userName":'), 400, 'invalidSyntax');
      refused(await directory.post(USERS, '[]'), 400, 'invalidSyntax');
      refused(
        await directory.post(USERS, '{"__proto__":{"active":true},"userName":"a@b.example"}'),
        400,
        'invalidValue',
      );
      const { id } = await create();
      refused(await directory.patch(`${USERS}/${id}`, { Operations: [] }), 400, 'invalidSyntax');
      refused(await patch(`${USERS}/${id}`, { op: 'replace', path: 'id', value: admin.id }), 400, 'mutability');
      refused(await patch(`${USERS}/${id}`, { op: 'replace', path: 'role', value: 'admin' }), 400, 'invalidPath');
      refused(await directory.send('POST', USERS, { body: 'x', headers: { 'content-type': 'text/plain' } }), 415);
      expect(
        (await t.http.bearer(admin.token).with({ 'content-type': 'application/scim+json' }).post('/api/v1/teams', {}))
          .status,
      ).toBe(415);
    });

    it('leave one row in the audit log for what was changed, by the token that changed it', async () => {
      const { id } = await create();
      const rows = await auditedBy(t, async () => {
        await patch(`${USERS}/${id}`, { op: 'replace', path: 'active', value: false });
      });
      expect(rows).toMatchObject([
        { resource_id: id, actor_kind: 'scim', actor_id: expect.any(String) as string, success: true },
      ]);
      const none = await auditedBy(t, async () => {
        await patch(`${USERS}/${id}`, { op: 'replace', path: 'active', value: false });
      });
      expect(none).toEqual([]);
    });
  });

  describe('whoever is no longer wanted', () => {
    it.each<[string, (id: string) => Promise<TestResponse<Resource>>]>([
      ['is set inactive', (id) => patch(`${USERS}/${id}`, { op: 'replace', value: { active: false } })],
      [
        'is set inactive as a whole',
        async (id) => {
          const { body } = await directory.get<Resource>(`${USERS}/${id}`);
          return directory.put<Resource>(`${USERS}/${id}`, { ...body, active: false });
        },
      ],
      ['is deleted', (id) => directory.delete(`${USERS}/${id}`)],
    ])('%s: session and key are refused within a second on every replica', async (_case, leave) => {
      const { id, uses, signIn } = await working();
      expect([await uses(t), await uses(other)]).toEqual([
        [200, 200],
        [200, 200],
      ]);
      expect((await leave(id)).status).toBeLessThan(300);
      await eventually(async () => expect(await uses(other)).toEqual([401, 401]), 1_000);
      expect(await uses(t)).toEqual([401, 401]);
      expect((await signIn(other)).status).toBe(401);
    });

    it('comes back with the account that was only set inactive, and not to the sessions of before', async () => {
      const { id, uses, signIn } = await working();
      await patch(`${USERS}/${id}`, { op: 'Replace', path: 'active', value: 'False' });
      const { body } = await patch(`${USERS}/${id}`, { op: 'Replace', path: 'active', value: 'True' });
      expect(body.active).toBe(true);
      expect((await uses(t))[0]).toBe(401);
      expect((await signIn()).status).toBe(200);
      await eventually(async () => expect((await uses(other))[1]).toBe(200), 1_000);
    });

    it('gets another account after having been deleted, and nothing of the former', async () => {
      const { id, email } = await working();
      await directory.delete(`${USERS}/${id}`);
      refused(await directory.get(`${USERS}/${id}`), 404);
      expect((await find(`userName eq "${email}"`)).totalResults).toBe(0);
      const again = await create({ userName: email });
      expect(again.id).not.toBe(id);
      expect(await roleOf(id)).toBe('user');
    });

    it('is not let in again by the directory when an administrator shut them out', async () => {
      const { id, meta } = await create({ externalId: unique('shut') });
      await t.db.query("UPDATE users SET status = 'inactive' WHERE id = $1", [id]);
      const { body } = await directory.get<Resource>(`${USERS}/${id}`);
      expect([body.active, body.meta.version === meta.version]).toEqual([false, false]);
      expect((await patch(`${USERS}/${id}`, { op: 'replace', path: 'active', value: true })).body.active).toBe(false);
    });
  });

  describe('groups', () => {
    it('are teams of the directory, and their members are members', async () => {
      const [ada, bob] = [await create(), await create()];
      const group = await createGroup('Déjà Vu & Friends', [ada.id], { externalId: 'g-1' });
      expect(group).toMatchObject({
        schemas: [GROUP],
        displayName: 'Déjà Vu & Friends',
        members: [{ value: ada.id, type: 'User' }],
      });
      const { rows } = await t.db.query('SELECT slug, source, name FROM teams WHERE id = $1', [group.id]);
      expect(rows).toEqual([{ slug: 'de-ja-vu-friends', source: 'directory', name: 'Déjà Vu & Friends' }]);
      expect((await directory.get<Resource>(`${USERS}/${ada.id}`)).body.groups).toMatchObject([{ value: group.id }]);
      const path = `${GROUPS}/${group.id}`;
      expect((await patch(path, { op: 'add', path: 'members', value: [{ value: bob.id }] })).status).toBe(204);
      expect((await patch(path, { op: 'remove', path: `members[value eq "${ada.id}"]` })).status).toBe(204);
      const read = await directory.get<Resource>(path);
      expect(read.body.members).toMatchObject([{ value: bob.id }]);
      expect(read.body.meta.version).not.toBe(group.meta.version);
      const lean = await directory.get<Resource>(`${path}?excludedAttributes=members`);
      expect(lean.body.members).toBeUndefined();
      expect(lean.body.meta).toEqual(read.body.meta);
      expect((await find(`members eq "${bob.id}" and id eq "${group.id}"`, GROUPS)).totalResults).toBe(1);
      expect((await find(`displayName eq "déjà vu & friends"`, GROUPS)).totalResults).toBe(1);
      expect((await find('externalId eq "g-1"', GROUPS)).Resources[0]?.id).toBe(group.id);
      refused(await directory.post(GROUPS, { displayName: 'DÉJÀ vu & friends' }), 409, 'uniqueness');
      refused(await patch(path, { op: 'add', path: 'members', value: [{ value: admin.id }] }), 400, 'invalidValue');
      expect((await directory.put(path, { displayName: 'Renamed', members: [] })).body).toMatchObject({
        displayName: 'Renamed',
        members: [],
      });
      expect((await directory.delete(path)).status).toBe(204);
      refused(await directory.get(path), 404);
      expect((await t.db.query('SELECT 1 FROM teams WHERE id = $1', [group.id])).rowCount).toBe(0);
    });

    it('give roles as configured, down as well as up, and to nobody whom the directory did not make', async () => {
      const { id } = await create();
      const owners = await createGroup('Platform Owners', [id]);
      expect(await roleOf(id)).toBe('admin');
      const auditors = await createGroup('Whatever', [id], { externalId: 'auditors-external-id' });
      expect(await roleOf(id)).toBe('admin');
      await patch(`${GROUPS}/${owners.id}`, { op: 'remove', path: 'members' });
      expect(await roleOf(id)).toBe('admin-readonly');
      await directory.delete(`${GROUPS}/${auditors.id}`);
      expect(await roleOf(id)).toBe('user');
      await patch(`${GROUPS}/${owners.id}`, { op: 'add', path: 'members', value: [{ value: id }] });
      expect(await roleOf(id)).toBe('admin');
      await patch(`${GROUPS}/${owners.id}`, { op: 'replace', path: 'displayName', value: 'Former Owners' });
      expect(await roleOf(id)).toBe('user');
      expect(await roleOf(admin.id)).toBe('admin');
    });

    it('leave rows in the audit log, one for each change', async () => {
      const { id } = await create();
      const group = await createGroup(unique('Audited'));
      const rows = await auditedBy(t, async () => {
        await patch(`${GROUPS}/${group.id}`, { op: 'add', path: 'members', value: [{ value: id }] });
      });
      expect(rows).toMatchObject([
        { action: 'TEAM_MEMBERS_CHANGED', resource_id: group.id, actor_kind: 'scim', new_values: { added: [id] } },
      ]);
    });
  });

  describe('what directories really send', () => {
    it('Okta: looks, makes, replaces, deactivates, and pushes a group', async () => {
      const userName = `${unique('okta')}@example.com`;
      const look = await directory.get<Found>(
        `${USERS}?filter=userName%20eq%20%22${encodeURIComponent(userName)}%22&startIndex=1&count=100`,
      );
      expect(look.body).toMatchObject({ totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] });
      const made = await directory.post<Resource>(USERS, {
        schemas: [USER],
        userName,
        name: { givenName: 'Test', familyName: 'User' },
        emails: [{ primary: true, value: userName, type: 'work' }],
        displayName: 'Test User',
        locale: 'en-US',
        externalId: unique('00ujl29u0le5T6Aj10h7'),
        groups: [],
        password: '1mz050nq',
        active: true,
      });
      expect(made.status).toBe(201);
      const { id } = made.body;
      expect((await directory.get<Resource>(`${USERS}/${id}`)).body.userName).toBe(userName);
      const replaced = await directory.put<Resource>(`${USERS}/${id}`, {
        schemas: [USER],
        id,
        userName,
        name: { givenName: 'Another', middleName: 'Excited', familyName: 'User' },
        emails: [{ primary: true, value: userName, type: 'work', display: userName }],
        active: true,
        groups: [],
        meta: { resourceType: 'User' },
      });
      expect(replaced.body).toMatchObject({ name: { givenName: 'Another', familyName: 'User' }, active: true });
      const group = await createGroup(unique('Test SCIMv2'));
      const pushed = await patch(
        `${GROUPS}/${group.id}`,
        { op: 'remove', path: 'members[value eq "89bb1940-b905-4575-9e7f-6f887cfb368e"]' },
        { op: 'add', path: 'members', value: [{ value: id, display: userName }] },
      );
      expect(pushed.status).toBe(204);
      const renamed = unique('Test SCIMv2 renamed');
      await patch(`${GROUPS}/${group.id}`, { op: 'replace', value: { id: group.id, displayName: renamed } });
      expect((await directory.get<Resource>(`${GROUPS}/${group.id}`)).body).toMatchObject({
        displayName: renamed,
        members: [{ value: id }],
      });
      const gone = await patch(`${USERS}/${id}`, { op: 'replace', value: { active: false } });
      expect([gone.status, gone.body.active]).toEqual([200, false]);
    });

    it('Microsoft Entra: tests the address, makes, changes and disables with its own spelling', async () => {
      const probe = await find('userName eq "f8e5c0a1-3f0e-4b59-9a3f-8f1d3a2c4b5d"');
      expect(probe).toMatchObject({ totalResults: 0, Resources: [] });
      const userName = `${unique('entra')}@testuser.example`;
      const made = await directory.post<Resource>(USERS, {
        schemas: [USER, ENTERPRISE],
        externalId: unique('0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef'),
        userName,
        active: true,
        addresses: null,
        displayName: 'BobIsAmazing',
        emails: [{ type: 'work', value: userName, primary: true }],
        meta: { resourceType: 'User' },
        name: { formatted: 'Ryan Leenay', familyName: 'Leenay', givenName: 'Ryan' },
        phoneNumbers: null,
        roles: [],
        title: null,
        [ENTERPRISE]: { department: null, manager: null },
      });
      expect(made.status).toBe(201);
      const { id } = made.body;
      const changed = await patch(
        `${USERS}/${id}`,
        { op: 'Replace', path: 'emails[type eq "work"].value', value: `updated-${userName}` },
        { op: 'Replace', path: 'name.familyName', value: 'updatedFamilyName' },
        { op: 'Add', path: `${ENTERPRISE}:department`, value: 'Research' },
        { op: 'Add', path: 'phoneNumbers[type eq "work"].value', value: '+49 30 1234' },
      );
      expect(changed.body).toMatchObject({
        emails: [{ value: `updated-${userName}` }],
        name: { familyName: 'updatedFamilyName' },
      });
      const disabled = await patch(`${USERS}/${id}`, { op: 'Replace', path: 'active', value: 'False' });
      expect([disabled.status, disabled.body.active]).toEqual([200, false]);
      const group = await createGroup(unique('Entra'), [], {
        externalId: unique('8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159'),
      });
      const looked = await directory.get<Found>(
        `${GROUPS}?excludedAttributes=members&filter=${encodeURIComponent(`displayName eq "${group.displayName ?? ''}"`)}`,
      );
      expect(looked.body.Resources).toMatchObject([{ id: group.id }]);
      expect(looked.body.Resources[0]).not.toHaveProperty('members');
      await patch(`${GROUPS}/${group.id}`, { op: 'Add', path: 'members', value: [{ $ref: null, value: id }] });
      expect((await directory.get<Resource>(`${GROUPS}/${group.id}`)).body.members).toMatchObject([{ value: id }]);
      const left = await patch(`${GROUPS}/${group.id}`, {
        op: 'Remove',
        path: 'members',
        value: [{ $ref: null, value: id }],
      });
      expect(left.status).toBe(204);
      expect((await directory.get<Resource>(`${GROUPS}/${group.id}`)).body.members).toEqual([]);
      expect((await directory.delete(`${USERS}/${id}`)).status).toBe(204);
    });
  });
});
