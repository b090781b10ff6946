import { createApp, type TestApp } from '../support/app.js';
import { givenUser, type GivenUser } from '../support/given/users.js';

describe('users', () => {
  let t: TestApp;
  let user: GivenUser;

  beforeAll(async () => {
    t = await createApp();
    user = await givenUser(t, { name: 'Ada Lovelace' });
  });
  afterAll(() => t.close());

  it.each(['/api/v1/auth/me', '/api/user/profile'])('U-01 shows the own profile at %s', async (path) => {
    const { status, body, text } = await user.http.get(path);
    expect(status).toBe(200);
    expect(body).toMatchObject({ data: { id: user.id, email: user.email, name: 'Ada Lovelace', role: 'user' } });
    expect(text).not.toMatch(/password|hash|argon/i);
  });

  it.each(['/api/v1/auth/me', '/api/user/profile', '/api/v1/users/me'])('U-01 wants a token at %s', async (path) => {
    const method = path.endsWith('users/me') ? 'PATCH' : 'GET';
    const { status, body, headers } = await t.http.send(
      method,
      path,
      method === 'PATCH' ? { body: { name: 'X' } } : {},
    );
    expect(status).toBe(401);
    expect(body).toMatchObject({ error: { code: 'unauthorized', type: 'authentication_error' } });
    expect(headers.get('www-authenticate')).toBe('Bearer');
  });

  it('changes the own name and records both', async () => {
    const person = await givenUser(t, { name: 'Before' });
    const { status, body } = await person.http.patch('/api/v1/users/me', { name: 'After' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ data: { id: person.id, name: 'After' } });
    expect((await person.http.get('/api/v1/auth/me')).body).toMatchObject({ data: { name: 'After' } });
    const { rows } = await t.db.query(
      `SELECT actor_id, old_values, new_values FROM audit_trail WHERE action = 'USER_UPDATED' AND resource_id = $1`,
      [person.id],
    );
    expect(rows).toMatchObject([
      { actor_id: person.id, old_values: { name: 'Before' }, new_values: { name: 'After', role: 'user' } },
    ]);
  });

  it.each([
    ['a role', { name: 'X', role: 'admin' }, 'role'],
    ['an address', { name: 'X', email: 'other@example.com' }, 'email'],
    ['a blank name', { name: '  ' }, 'name'],
    ['no name', {}, 'name'],
  ])('refuses %s', async (_case, changes, param) => {
    const { status, body } = await user.http.patch('/api/v1/users/me', changes);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { code: 'validation_failed', param } });
    expect((await user.http.get('/api/v1/auth/me')).body).toMatchObject({
      data: { role: 'user', email: user.email, name: 'Ada Lovelace' },
    });
  });

  it('takes role and status from the database, not from the token', async () => {
    const person = await givenUser(t, { role: 'admin' });
    await t.db.query(`UPDATE users SET role = 'user' WHERE id = $1`, [person.id]);
    expect((await person.http.get('/api/v1/teams?all=true')).status).toBe(403);
    const other = await givenUser(t);
    await t.db.query(`UPDATE users SET status = 'inactive' WHERE id = $1`, [other.id]);
    expect((await other.http.get('/api/v1/auth/me')).status).toBe(401);
  });
});
