import { newId } from '#libs/kernel';
import { createApp, type TestApp } from '../support/app.js';
import { givenUser } from '../support/given/users.js';
import { planOf, type PlanNode, selectsOf } from '../support/query-plan.js';

const PEOPLE = 3_000;

describe('what a directory asks for', () => {
  let t: TestApp;
  let id: string;
  let token: string;
  beforeAll(async () => {
    t = await createApp();
    const made = Array.from({ length: PEOPLE }, () => newId());
    id = made[0] ?? '';
    await t.db.query(
      `WITH made AS (
         INSERT INTO users (id, email_sealed, email_key_id, email_index, name, role)
         SELECT id, '', '', convert_to(id::text, 'UTF8'), 'Somebody', 'user' FROM unnest($1::uuid[]) AS row (id)
         RETURNING id
       )
       INSERT INTO scim_users (id, external_id, user_name_sealed, user_name_key_id, user_name_index, active, email_given)
       SELECT id, id::text, '', '', convert_to(id::text, 'UTF8'), true, false FROM made`,
      [made],
    );
    await t.db.query('ANALYZE users, scim_users');
    const admin = await givenUser(t, { role: 'admin' });
    const answer = await admin.http.post<{ data: { token: string } }>('/api/v1/admin/scim-tokens', {
      name: 'directory',
    });
    token = answer.body.data.token;
  });
  afterAll(() => t.close());

  it.each([
    ['id', () => `id eq "${id.toUpperCase()}"`, 'scim_users_pkey'],
    ['externalId', () => `externalId eq "${id}"`, 'scim_users_external_id_key'],
    ['userName', () => 'userName eq "nobody@example.com"', 'scim_users_user_name_index_key'],
  ])('is found by an index: %s', async (_what, filter, index) => {
    const path = `/scim/v2/Users?filter=${encodeURIComponent(filter())}`;
    const seen = await selectsOf(t, () => t.http.bearer(token).get(path));
    const lists = seen.filter(({ query }) => query.includes('FROM scim_users s JOIN users u'));
    expect(lists).toHaveLength(2);
    for (const list of lists) {
      const plan: readonly PlanNode[] = await planOf(t, list);
      expect(plan.flatMap((node) => node['Index Name'] ?? [])).toContain(index);
      expect(plan.map((node) => node['Node Type'])).not.toContain('Seq Scan');
      expect(plan.every((node) => !('Filter' in node))).toBe(true);
    }
  });
});
