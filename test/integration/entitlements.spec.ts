import { DataSource, type Logger as QueryLogger } from 'typeorm';
import { newId } from '#libs/kernel';
import { Entitlements } from '../../src/subscriptions/entitlements.js';
import { createApp, type TestApp } from '../support/app.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser } from '../support/given/users.js';

describe('entitlements', () => {
  let t: TestApp;
  let entitlements: Entitlements;
  beforeAll(async () => {
    t = await createApp();
    entitlements = t.app.get(Entitlements);
  });
  afterAll(() => t.close());

  it.each([
    ['pending', 'subscription_not_active'],
    ['denied', 'subscription_not_active'],
    ['suspended', 'subscription_not_active'],
    ['expired', 'subscription_not_active'],
    ['cancelled', 'subscription_required'],
  ] as const)('refuses a subscription that is %s', async (status, code) => {
    const [user, model] = [await givenUser(t), await givenModel(t)];
    await givenSubscription(t, user, model.id, { status });
    expect(await entitlements.admit(user.id, model.id)).toMatchObject({
      admitted: false,
      error: { code, kind: 'forbidden' },
    });
  });

  it('admits from the moment of subscribing until the moment of cancelling', async () => {
    const [user, model] = [await givenUser(t), await givenModel(t)];
    expect(await entitlements.admit(user.id, model.id)).toMatchObject({
      admitted: false,
      error: { code: 'subscription_required' },
    });
    const { body } = await user.http.post<{ data: { id: string } }>('/api/v1/subscriptions', { modelId: model.id });
    expect(await entitlements.admit(user.id, model.id)).toMatchObject({ admitted: true });
    expect(await entitlements.admit(newId(), model.id)).toMatchObject({ admitted: false });
    await user.http.post(`/api/v1/subscriptions/${body.data.id}/cancel`);
    expect(await entitlements.admit(user.id, model.id)).toMatchObject({ admitted: false });
  });

  it('names the models with an active subscription', async () => {
    const user = await givenUser(t);
    const [active, pending, none] = [await givenModel(t), await givenModel(t), await givenModel(t)];
    await givenSubscription(t, user, active.id);
    await givenSubscription(t, user, pending.id, { status: 'pending' });
    expect(await entitlements.activeModels(user.id, [active.id, pending.id, none.id])).toEqual(new Set([active.id]));
    expect(await entitlements.activeModels(user.id, [])).toEqual(new Set());
  });

  it('H-21 lists own subscriptions by an index, however many people there are', async () => {
    const user = await givenUser(t);
    const model = await givenModel(t);
    await givenSubscription(t, user, model.id);
    await t.db.query(
      `INSERT INTO users (id, email_sealed, email_key_id, email_index, name, role)
       SELECT gen_random_uuid(), '', 'none', int4send(n), 'Many', 'user' FROM generate_series(1, 5000) n`,
    );
    await t.db.query(
      `INSERT INTO subscriptions (id, user_id, model_id, status, quota_requests, quota_tokens)
       SELECT gen_random_uuid(), id, $1, 'active', 1, 1 FROM users WHERE name = 'Many'`,
      [model.id],
    );
    await t.db.query('ANALYZE subscriptions');
    const statements = await statementsOf(t, () => user.http.get('/api/v1/subscriptions?status=active'));
    const onSubscriptions = statements.filter(({ query }) => query.includes('"subscriptions"'));
    expect(onSubscriptions.length).toBeGreaterThan(0);
    for (const { query, parameters } of onSubscriptions) {
      const { rows } = await t.db.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${query}`, parameters);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toContain('Index');
      expect(plan).not.toContain('Seq Scan on subscriptions');
    }
  });
});

/** The statements that the application really sends while it does something. */
async function statementsOf(
  t: TestApp,
  work: () => Promise<unknown>,
): Promise<{ query: string; parameters: unknown[] }[]> {
  const seen: { query: string; parameters: unknown[] }[] = [];
  const dataSource = t.app.get(DataSource);
  const silent = (): void => undefined;
  const spy: QueryLogger = {
    logQuery: (query, parameters) => void seen.push({ query, parameters: parameters as unknown[] }),
    logQueryError: silent,
    logQuerySlow: silent,
    logSchemaBuild: silent,
    logMigration: silent,
    log: silent,
  };
  const { logger } = dataSource;
  dataSource.logger = spy;
  try {
    await work();
  } finally {
    dataSource.logger = logger;
  }
  return seen;
}
