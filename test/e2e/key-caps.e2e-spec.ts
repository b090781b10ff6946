import { createApp, type TestApp } from '../support/app.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestHttp, TestResponse } from '../support/http.js';

const MODELS = ['m1', 'm2'];
const DEFAULT_TEAM_ID = 'a0000000-0000-4000-8000-000000000001';
const chat = (model = 'm1'): object => ({ model, messages: [{ role: 'user', content: 'Hello' }] });

interface Key {
  id: string;
  key: string;
  [field: string]: unknown;
}

describe('what an API key may do', () => {
  let t: TestApp;
  let up: FakeUpstream;
  let admin: GivenUser;
  let user: GivenUser;

  beforeAll(async () => {
    up = (await FakeUpstream.start()).models(MODELS);
    t = await createApp({ environment: { LITELLM_API_URL: up.url, LITELLM_API_KEY: 'sk-upstream' } });
    admin = await givenUser(t, { role: 'admin' });
    user = await givenUser(t);
    for (const id of MODELS) await givenSubscription(t, user, id);
  });
  beforeEach(() => up.reset());
  afterAll(async () => {
    await t.close();
    await up.stop();
  });

  const issue = (terms: object) =>
    user.http.post<{ data: Key }>('/api/v1/api-keys', { name: 'a key', modelIds: MODELS, ...terms });
  const keyWith = async (terms: object): Promise<Key & { http: TestHttp }> => {
    const { status, body, text } = await issue(terms);
    if (status !== 201) throw new Error(`${status} ${text}`);
    return { ...body.data, http: t.http.bearer(body.data.key) };
  };
  const change = (id: string, terms: object) => user.http.patch<{ data: Key }>(`/api/v1/api-keys/${id}`, terms);
  const call = (http: TestHttp, model?: string): Promise<TestResponse> =>
    http.post('/v1/chat/completions', chat(model));
  const notAllowed = ({ status, body }: TestResponse, code: string): void =>
    expect([status, body]).toMatchObject([403, { error: { code, type: 'permission_error' } }]);

  it('AK-10 refuses what the key lacks the permission for, and nothing leaves the house', async () => {
    const { http } = await keyWith({ permissions: ['chat.completions'] });
    expect((await call(http)).status).toBe(200);
    const others: [string, object][] = [
      ['/v1/embeddings', { model: 'm1', input: 'Hello' }],
      ['/v1/completions', { model: 'm1', prompt: 'Hello' }],
      ['/v1/responses', { model: 'm1', input: 'Hello' }],
      ['/v1/images/generations', { model: 'm1', prompt: 'A gate' }],
      ['/v1/audio/speech', { model: 'm1', input: 'Hello', voice: 'a' }],
      ['/v1/moderations', { model: 'm1', input: 'Hello' }],
      ['/v1/rerank', { model: 'm1', query: 'a', documents: ['b'] }],
    ];
    for (const [path, body] of others) notAllowed(await http.post(path, body), 'operation_not_allowed');
    notAllowed(await http.get('/v1/models'), 'operation_not_allowed');
    expect(up.calls).toHaveLength(1);
    const anthropic = await http.post('/v1/messages', { ...chat(), max_tokens: 5 });
    expect([anthropic.status, anthropic.body]).toMatchObject([
      403,
      { type: 'error', error: { type: 'permission_error' } },
    ]);
  });

  it('AK-10 understands the wide words and those of other gateways, and obeys a change from the next call on', async () => {
    const { id, http, permissions } = await keyWith({
      permissions: { read: true, write: false, allowEmbeddings: true },
    });
    expect(permissions).toEqual(['embeddings', 'models.list']);
    notAllowed(await call(http), 'operation_not_allowed');
    expect((await http.get('/v1/models')).status).toBe(200);
    expect((await change(id, { permissions: ['allowChatCompletions'] })).body.data['permissions']).toEqual([
      'chat.completions',
    ]);
    expect((await call(http)).status).toBe(200);
    notAllowed(await http.get('/v1/models'), 'operation_not_allowed');
    expect((await change(id, { permissions: null })).body.data['permissions']).toBeNull();
    expect((await http.get('/v1/models')).status).toBe(200);
    expect((await issue({ permissions: ['fly'] })).status).toBe(400);
  });

  it('T-11 narrows the keys of a team to its models; an empty list is every model, and says so', async () => {
    const team = await admin.http.post<{ data: { id: string; allModels: boolean } }>('/api/v1/teams', {
      slug: 'narrow',
      name: 'Narrow',
    });
    const { id } = team.body.data;
    expect(team.body.data).toMatchObject({ allowedModels: [], allModels: true });
    await t.db.query("INSERT INTO team_members (team_id, user_id, role) VALUES ($1, $2, 'member')", [id, user.id]);
    const [own, alone] = [await keyWith({ teamId: id }), await keyWith({})];
    for (const model of MODELS) expect((await call(own.http, model)).status).toBe(200);
    const narrowed = await admin.http.patch(`/api/v1/teams/${id}`, { allowedModels: ['m1'] });
    expect(narrowed.body).toMatchObject({ data: { allowedModels: ['m1'], allModels: false } });
    expect((await call(own.http, 'm1')).status).toBe(200);
    notAllowed(await call(own.http, 'm2'), 'model_not_allowed');
    expect((await call(alone.http, 'm2')).status).toBe(200);
    const { body } = await own.http.get<{ data: { id: string }[] }>('/v1/models');
    expect(body.data.map((model) => model.id)).toEqual(['m1']);
    await admin.http.patch(`/api/v1/teams/${id}`, { allowedModels: [] });
    expect((await call(own.http, 'm2')).status).toBe(200);
  });

  it('T-11 gives no key for a team that one is not in, and takes it away with the place in it', async () => {
    const { body } = await admin.http.post<{ data: { id: string } }>('/api/v1/teams', {
      slug: 'closed',
      name: 'Closed',
    });
    const refused = await issue({ teamId: body.data.id });
    expect([refused.status, refused.body]).toMatchObject([403, { error: { code: 'api_key_team_foreign' } }]);
    expect((await issue({ teamId: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11' })).status).toBe(403);
    await t.db.query("INSERT INTO team_members (team_id, user_id, role) VALUES ($1, $2, 'member')", [
      body.data.id,
      user.id,
    ]);
    const { http } = await keyWith({ teamId: body.data.id });
    expect((await call(http)).status).toBe(200);
    await admin.http.delete(`/api/v1/teams/${body.data.id}`);
    expect((await call(http)).status).toBe(401);
    expect((await keyWith({ teamId: DEFAULT_TEAM_ID })).status).toBe('active');
  });

  it('AK-11 shows what was set, takes it back with null, and refuses what makes no sense', async () => {
    const terms = {
      rpmLimit: 5,
      tpmLimit: 1_000,
      modelRpmLimit: { m1: 2 },
      modelTpmLimit: { m2: 30 },
      maxParallelRequests: 3,
      maxBudget: '2.5',
      softBudget: '2',
      budgetDuration: '30d',
      modelMaxBudget: { m1: '0.5' },
    };
    const { id, ...made } = await keyWith(terms);
    expect(made).toMatchObject(terms);
    const shown = await user.http.get<{ data: Key }>(`/api/v1/api-keys/${id}`);
    expect(shown.body.data).toMatchObject({ ...terms, spend: '0', budgetResetAt: expect.any(String) as string });
    const listed = await user.http.get<{ data: Key[] }>('/api/v1/api-keys?limit=1');
    expect(listed.body.data[0]).toMatchObject(terms);
    const cleared = {
      rpmLimit: null,
      tpmLimit: null,
      modelRpmLimit: {},
      maxParallelRequests: null,
      maxBudget: null,
      softBudget: null,
      modelMaxBudget: {},
    };
    expect((await change(id, cleared)).body.data).toMatchObject({ ...cleared, spend: null, modelTpmLimit: { m2: 30 } });
    const wrong = [
      { rpmLimit: 0 },
      { tpmLimit: 1.5 },
      { modelRpmLimit: { m1: 0 } },
      { modelRpmLimit: { m1: '5' } },
      { modelMaxBudget: { m1: 5 } },
      { modelMaxBudget: { m9: '5' } },
      { maxParallelRequests: 0 },
      { maxBudget: -1 },
      { maxBudget: '-1' },
      { softBudget: '0' },
      { budgetDuration: '1x' },
      { budgetDuration: '0d' },
      { budgetDuration: 'total' },
    ];
    for (const terms of wrong) {
      const { status, body } = await issue(terms);
      expect([terms, status, body]).toMatchObject([terms, 400, { error: { code: 'validation_failed' } }]);
    }
  });
});
