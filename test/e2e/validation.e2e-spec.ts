import { createApp, type TestApp } from '../support/app.js';
import { auditedBy } from '../support/audit-trail.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestResponse } from '../support/http.js';

interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly param?: string;
    readonly details?: readonly { path: string; rule: string }[];
  };
}

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('what comes in', () => {
  let t: TestApp;
  let admin: GivenUser;
  beforeAll(async () => {
    t = await createApp();
    admin = await givenUser(t, { role: 'admin' });
  });
  afterAll(() => t.close());

  const team = (body: unknown): Promise<TestResponse<ErrorBody>> => admin.http.post<ErrorBody>('/api/v1/teams', body);

  function expectRefused({ status, body }: TestResponse<ErrorBody>, param: string): void {
    expect({ status, code: body.error.code, param: body.error.param }).toEqual({
      status: 400,
      code: 'validation_failed',
      param,
    });
    expect(body.error.details?.map(({ path }) => path)).toContain(param);
  }

  it.each<[string, string, unknown]>([
    ['an unknown property', 'colour', { slug: 'a', name: 'A', colour: 'red' }],
    ['an unknown property that the table has', 'createdBy', { slug: 'a', name: 'A', createdBy: 'x' }],
    ['a missing property', 'name', { slug: 'a' }],
    ['null for a text', 'name', { slug: 'a', name: null }],
    ['a number for a text', 'name', { slug: 'a', name: 5 }],
    ['an object for a text', 'name', { slug: 'a', name: { $ne: '' } }],
    ['a list for a text', 'name', { slug: 'a', name: ['A'] }],
    ['an oversized text', 'name', { slug: 'a', name: 'A'.repeat(101) }],
    ['an oversized nullable text', 'description', { slug: 'a', name: 'A', description: 'A'.repeat(1_001) }],
    ['a text of another form', 'slug', { slug: '../etc', name: 'A' }],
    ['__proto__', '__proto__', '{"slug":"a","name":"A","__proto__":{"role":"admin"}}'],
    ['__proto__ deep inside', 'name.__proto__', '{"slug":"a","name":{"__proto__":{"x":1}}}'],
    ['constructor', 'constructor', '{"slug":"a","name":"A","constructor":{"prototype":{"x":1}}}'],
    ['an escaped __proto__', '__proto__', '{"slug":"a","name":"A","\\u005f_proto__":{"x":1}}'],
    ['a NUL byte', 'name', { slug: 'a', name: 'A\0B' }],
    ['half a surrogate pair', 'name', '{"slug":"a","name":"\\ud800"}'],
    ['a number beyond all bounds', 'name', '{"slug":"a","name":1e999}'],
  ])('H-23 refuses %s, naming %s', async (_, param, body) => {
    expectRefused(await team(body), param);
  });

  it('says in words what is missing, and how long a text may be', async () => {
    const rulesOf = async (body: unknown) => (await team(body)).body.error.details?.map(({ rule }) => rule);
    expect(await rulesOf({ slug: 'a' })).toEqual(['name is required']);
    expect(await rulesOf({ slug: 'a', name: 'A'.repeat(101) })).toEqual([
      'name must have between 1 and 100 characters',
    ]);
  });

  it('answers no more than was asked, whatever is wrong with it', async () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`${n}-${'x'.repeat(150)}`, 1]));
    const { status, body, text } = await team(many);
    expect(status).toBe(400);
    expect(body.error.details).toHaveLength(20);
    expect(text.length).toBeLessThan(10_000);
    const long = await team({ slug: 'a', name: 'A', ['x'.repeat(10_000)]: 1 });
    expect(long.text.length).toBeLessThan(1_000);
  });

  it('H-23 refuses a raw NUL byte, and text that is no UTF-8, in a body', async () => {
    expect((await team('{"slug":"a","name":"A\0"}')).status).toBe(400);
    const invalid = Buffer.from('{"slug":"a","name":"A\xff\xfe"}', 'latin1');
    expect((await team(invalid)).status).toBe(400);
  });

  it('H-23 refuses nesting and sizes that only serve to exhaust', async () => {
    const deep = await team(`{"slug":"a","name":${nested(40)}}`);
    expect({ status: deep.status, code: deep.body.error.code }).toEqual({ status: 400, code: 'validation_failed' });
    expect(deep.body.error.param).toMatch(/^name(\.a)+$/);
    const bottomless = await team(`{"slug":"a","name":${'['.repeat(200_000)}${']'.repeat(200_000)}}`);
    expect(bottomless.status).toBe(400);
    const wide = await team(JSON.stringify({ slug: 'a', name: Array.from({ length: 50_000 }, () => 1) }));
    expect(wide.status).toBe(400);
    const large = await team(JSON.stringify({ slug: 'a', name: 'x'.repeat(2_000_000) }));
    expect({ status: large.status, code: large.body.error.code }).toEqual({ status: 413, code: 'body_too_large' });
    expect((await t.http.get('/liveness')).status).toBe(200);
  });

  it('H-23 names what is wrong inside a list', async () => {
    const answer = await admin.http.post<ErrorBody>('/api/v1/api-keys', { name: 'A', modelIds: ['ok', 7, ''] });
    expect(answer.status).toBe(400);
    expect(answer.body.error.param).toBe('modelIds');
  });

  it.each([
    ['an unknown parameter', '?colour=red', 'colour'],
    ['no number', '?limit=many', 'limit'],
    ['a number out of bounds', '?limit=0', 'limit'],
    ['a fraction', '?limit=1.5', 'limit'],
    ['a parameter that comes twice', '?limit=1&limit=2', 'limit'],
    ['a NUL byte', '?search=a%00b', 'search'],
    ['__proto__', '?__proto__=1', '__proto__'],
    ['a nested __proto__', '?__proto__[role]=admin', '__proto__[role]'],
    ['an oversized text', `?search=${'a'.repeat(300)}`, 'search'],
  ])('H-23 refuses %s in a query', async (_, query, param) => {
    const { status, body } = await admin.http.get<ErrorBody>(`/api/v1/admin/audit${query}`);
    expect({ status, code: body.error.code, param: body.error.param }).toEqual({
      status: 400,
      code: 'validation_failed',
      param,
    });
  });

  it.each(['a%00b', '%00', 'not-an-id', "1'%20OR%20'1'='1", 'constructor', 'a'.repeat(600)])(
    'H-23 refuses %s in a path',
    async (segment) => {
      const { status, body } = await admin.http.get<ErrorBody>(`/api/v1/teams/${segment}`);
      expect(body.error.code).toMatch(/^(validation_failed|bad_request|route_not_found)$/);
      expect(status).toBe(body.error.code === 'route_not_found' ? 404 : 400);
    },
  );

  it.each([
    "Robert'); DROP TABLE users;--",
    '" OR 1=1 --',
    '%_\\',
    '$1 :name @p0 ? {{x}} ${7*7}',
    '<script>alert(1)</script>',
    '😀 Ünïcödé \u202e',
    'tab\tand\nline',
  ])('H-23 stores %j literally', async (text) => {
    const rows = await auditedBy(t, async () => {
      const { status, body } = await admin.http.patch<{ data: { name: string } }>('/api/v1/users/me', { name: text });
      expect({ status, name: body.data.name }).toEqual({ status: 200, name: text });
    });
    const stored = await t.db.query<{ name: string }>('SELECT name FROM users WHERE id = $1', [admin.id]);
    expect(stored.rows).toEqual([{ name: text }]);
    expect(rows).toMatchObject([{ new_values: { name: text } }]);
    const found = await admin.http.get(
      `/api/v1/admin/audit?search=${encodeURIComponent(text.replaceAll(/[\t\n]/g, ' '))}`,
    );
    expect(found.status).toBe(200);
  });

  it('H-23 pollutes no prototype, whatever was tried', () => {
    expect(({} as Record<string, unknown>)['role']).toBeUndefined();
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('H-23 lets nobody set what the server decides', async () => {
    const model = await givenModel(t);
    const subscription = await givenSubscription(t, admin, model.id);
    for (const extra of [{ userId: admin.id }, { status: 'active' }, { id: subscription.id }, { role: 'admin' }]) {
      const account = { email: 'eve@example.com', name: 'Eve', password: 'Correct-Horse-7-Battery', ...extra };
      const { status } = await t.http.post('/api/auth/register', account);
      expect(status).toBe(400);
    }
  });
});
