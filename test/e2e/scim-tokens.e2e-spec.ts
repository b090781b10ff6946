import { createApp, type TestApp } from '../support/app.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenUser, type GivenUser } from '../support/given/users.js';

const TOKENS = '/api/v1/admin/scim-tokens';
const DISCOVERY = '/scim/v2/ServiceProviderConfig';

interface Issued {
  data: { id: string; token: string; prefix: string };
}

describe('tokens of directories', () => {
  let t: TestApp;
  let other: TestApp;
  let admin: GivenUser;

  beforeAll(async () => {
    t = await createApp();
    other = await createApp({ databaseUrl: t.databaseUrl });
    admin = await givenUser(t, { role: 'admin' });
  });
  afterAll(async () => {
    await other.close();
    await t.close();
  });

  const issue = async (wish: object = {}) =>
    (await admin.http.post<Issued>(TOKENS, { name: 'Okta', ...wish })).body.data;
  const status = async (token: string, app = t) => (await app.http.bearer(token).get(DISCOVERY)).status;

  it('are made, listed without their secret, and revoked by administrators alone', async () => {
    const made = await admin.http.post<Issued>(TOKENS, { name: 'Okta' });
    expect(made.status).toBe(201);
    const { id, token, prefix } = made.body.data;
    expect(token.startsWith(`${prefix}_`)).toBe(true);
    const listed = await admin.http.get<{ data: { id: string }[] }>(TOKENS);
    expect(listed.body.data).toContainEqual(expect.objectContaining({ id, prefix, revokedAt: null }));
    expect(listed.text).not.toContain(token);
    const reader = await givenUser(t, { role: 'admin-readonly' });
    const person = await givenUser(t);
    expect((await reader.http.get(TOKENS)).status).toBe(200);
    expect((await reader.http.post(TOKENS, { name: 'x' })).status).toBe(403);
    expect((await reader.http.delete(`${TOKENS}/${id}`)).status).toBe(403);
    expect((await person.http.get(TOKENS)).status).toBe(403);
    expect((await admin.http.delete(`${TOKENS}/${id}`)).status).toBe(204);
    expect((await admin.http.delete(`${TOKENS}/${id}`)).status).toBe(404);
  });

  it('are kept as a keyed hash alone, and their use is noted to the minute', async () => {
    const { id, token } = await issue();
    expect(await status(token)).toBe(200);
    const { rows } = await t.db.query<{ row: string; used: Date }>(
      'SELECT scim_tokens::text AS row, last_used_at AS used FROM scim_tokens WHERE id = $1',
      [id],
    );
    expect(rows[0]?.row).not.toContain(token.slice(14));
    expect(rows[0]?.used).toBeInstanceOf(Date);
  });

  it('are refused on every replica from the next request on once they are revoked, and once they have ended', async () => {
    const { id, token } = await issue();
    expect(await status(token, other)).toBe(200);
    await admin.http.delete(`${TOKENS}/${id}`);
    expect([await status(token, other), await status(token)]).toEqual([401, 401]);
    expect((await admin.http.post(TOKENS, { name: 'x', expiresAt: '2001-01-01' })).status).toBe(400);
    const ending = await issue({ expiresAt: new Date(t.clock.now() + 60_000).toISOString() });
    expect(await status(ending.token)).toBe(200);
    t.clock.advance({ minutes: 1 });
    expect(await status(ending.token)).toBe(401);
  });

  it('are good at SCIM alone, and nothing else is good there', async () => {
    const { token } = await issue();
    const directory = t.http.bearer(token);
    expect((await directory.get('/api/v1/auth/me')).status).toBe(401);
    expect((await directory.get(TOKENS)).status).toBe(401);
    expect((await directory.get('/v1/models')).status).toBe(401);
    const { key } = await givenApiKey(t, admin, [(await givenModel(t)).id]);
    const changed = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`;
    for (const stranger of [admin.token, key, changed, 'scim_', `${token} `, `${token}x`]) {
      expect([stranger.slice(0, 12), await status(stranger)]).toEqual([
        stranger.slice(0, 12),
        stranger === `${token} ` ? 200 : 401,
      ]);
    }
    expect((await t.http.get(`${DISCOVERY}?access_token=${token}`)).status).toBe(401);
  });

  it('open what SCIM says of itself, in its own form, errors too', async () => {
    const { token } = await issue();
    const directory = t.http.bearer(token);
    const config = await directory.get(DISCOVERY);
    expect(config.headers.get('content-type')).toBe('application/scim+json; charset=utf-8');
    expect(config.body).toMatchObject({
      patch: { supported: true },
      etag: { supported: true },
      bulk: { supported: false },
    });
    const types = await directory.get<{ Resources: { id: string; schema: string }[] }>('/scim/v2/ResourceTypes');
    expect(types.body.Resources.map(({ id }) => id)).toEqual(['User', 'Group']);
    for (const { id, schema } of types.body.Resources) {
      expect((await directory.get(`/scim/v2/ResourceTypes/${id}`)).status).toBe(200);
      expect((await directory.get(`/scim/v2/Schemas/${schema}`)).body).toMatchObject({ id: schema, name: id });
    }
    for (const [path, code] of [
      ['/scim/v2/Schemas/nope', 404],
      ['/scim/v2/Nope', 404],
    ] as const) {
      const refused = await directory.get(path);
      expect([refused.status, refused.headers.get('content-type')]).toEqual([
        code,
        'application/scim+json; charset=utf-8',
      ]);
      expect(refused.body).toEqual({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: String(code),
        detail: expect.any(String) as string,
      });
    }
    expect((await t.http.get(DISCOVERY)).body).toMatchObject({ status: '401' });
  });
});
