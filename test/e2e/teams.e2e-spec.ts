import { createApp, type TestApp } from '../support/app.js';
import { givenUser, type GivenUser } from '../support/given/users.js';

const DEFAULT_TEAM_ID = 'a0000000-0000-4000-8000-000000000001';

interface Team {
  id: string;
  slug: string;
  name: string;
  role: string | null;
  memberCount: number;
}

describe('teams', () => {
  let t: TestApp;
  let admin: GivenUser;
  let user: GivenUser;

  beforeAll(async () => {
    t = await createApp();
    admin = await givenUser(t, { role: 'admin' });
    user = await givenUser(t);
  });
  afterAll(() => t.close());

  const make = async (slug: string) => {
    const { status, body } = await admin.http.post<{ data: Team }>('/api/v1/teams', { slug, name: `Team ${slug}` });
    expect(status).toBe(201);
    return body.data;
  };
  const audited = async (action: string, id: string) => {
    const { rows } = await t.db.query<{ actor_id: string; old_values: unknown; new_values: unknown }>(
      'SELECT actor_id, old_values, new_values FROM audit_logs WHERE action = $1 AND resource_id = $2',
      [action, id],
    );
    return rows;
  };

  it('T-10 puts everybody who registers into the default team', async () => {
    const { rows } = await t.db.query<{ slug: string }>('SELECT slug FROM teams WHERE id = $1', [DEFAULT_TEAM_ID]);
    expect(rows).toEqual([{ slug: 'default' }]);
    const credentials = { email: 'newcomer@example.com', password: 'Correct-Horse-7-Battery' };
    await t.http.post('/api/auth/register', { ...credentials, name: 'Newcomer' });
    const login = await t.http.post<{ data: { accessToken: string } }>('/api/auth/login', credentials);
    const { body } = await t.http.bearer(login.body.data.accessToken).get<{ data: Team[] }>('/api/v1/teams');
    expect(body.data).toMatchObject([{ id: DEFAULT_TEAM_ID, role: 'member' }]);
  });

  it.each([DEFAULT_TEAM_ID, DEFAULT_TEAM_ID.toUpperCase()])(
    'T-10 does not delete the default team as %s',
    async (id) => {
      const { status, body } = await admin.http.delete(`/api/v1/teams/${id}`);
      expect(status).toBe(400);
      expect(body).toMatchObject({ error: { code: 'team_is_default' } });
      expect((await admin.http.get(`/api/v1/teams/${DEFAULT_TEAM_ID}`)).status).toBe(200);
    },
  );

  it('T-10 makes the default team once, however often it starts', async () => {
    const again = await createApp({ databaseUrl: t.databaseUrl });
    await again.close();
    const { rows } = await t.db.query('SELECT 1 FROM teams WHERE id = $1', [DEFAULT_TEAM_ID]);
    expect(rows).toHaveLength(1);
  });

  it('makes its maker the owner', async () => {
    const team = await make('owners');
    expect(team).toMatchObject({ slug: 'owners', role: 'owner', memberCount: 1 });
    expect(await audited('TEAM_CREATED', team.id)).toMatchObject([
      { actor_id: admin.id, new_values: { slug: 'owners' } },
    ]);
  });

  it('refuses a slug that is taken or not a slug', async () => {
    await make('taken');
    const again = await admin.http.post('/api/v1/teams', { slug: 'taken', name: 'Again' });
    expect([again.status, again.body]).toMatchObject([409, { error: { code: 'team_slug_taken', param: 'slug' } }]);
    const other = await make('not-taken');
    expect((await admin.http.patch(`/api/v1/teams/${other.id}`, { slug: 'taken' })).status).toBe(409);
    expect((await admin.http.post('/api/v1/teams', { slug: 'Bad Slug', name: 'Bad' })).status).toBe(400);
  });

  it('shows people their own teams, and administrators all on request', async () => {
    const team = await make('hidden');
    const slugs = async (person: GivenUser, query = '') =>
      (await person.http.get<{ data: Team[] }>(`/api/v1/teams?limit=100${query}`)).body.data.map(({ slug }) => slug);
    expect(await slugs(user)).toEqual(['default']);
    expect(await slugs(await givenUser(t, { role: 'admin-readonly' }), '&all=true')).toContain('hidden');
    expect((await user.http.get('/api/v1/teams?all=true')).status).toBe(403);
    const { status, body } = await user.http.get(`/api/v1/teams/${team.id}`);
    expect([status, body]).toMatchObject([404, { error: { code: 'team_not_found' } }]);
  });

  it('pages', async () => {
    const { body } = await admin.http.get('/api/v1/teams?all=true&page=1&limit=1');
    const { rows } = await t.db.query<{ total: number }>('SELECT count(*)::int AS total FROM teams');
    const total = rows[0]?.total;
    expect(body).toMatchObject({ data: [{}], pagination: { page: 1, limit: 1, total, totalPages: total } });
  });

  it('lets administrators alone make, change and delete', async () => {
    const team = await make('guarded');
    expect((await user.http.post('/api/v1/teams', { slug: 'mine', name: 'Mine' })).status).toBe(403);
    expect((await user.http.patch(`/api/v1/teams/${team.id}`, { name: 'Mine' })).status).toBe(403);
    expect((await user.http.delete(`/api/v1/teams/${team.id}`)).status).toBe(403);
    const changed = await admin.http.patch<{ data: Team }>(`/api/v1/teams/${team.id}`, { name: 'Renamed' });
    expect(changed.body.data).toMatchObject({ name: 'Renamed', slug: 'guarded' });
    expect((await admin.http.delete(`/api/v1/teams/${team.id}`)).status).toBe(204);
    expect((await admin.http.get(`/api/v1/teams/${team.id}`)).status).toBe(404);
    expect((await admin.http.delete(`/api/v1/teams/${team.id}`)).status).toBe(404);
    expect(await audited('TEAM_UPDATED', team.id)).toMatchObject([
      { old_values: { name: 'Team guarded' }, new_values: { name: 'Renamed' } },
    ]);
    expect(await audited('TEAM_DELETED', team.id)).toHaveLength(1);
  });
});
