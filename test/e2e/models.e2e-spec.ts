import { createApp, type TestApp } from '../support/app.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenModel, givenProvider } from '../support/given/models.js';
import { type GivenUser, givenUser } from '../support/given/users.js';
import type { TestResponse } from '../support/http.js';

interface Model {
  id: string;
  provider: string;
  vendor: string | null;
  availability: string;
  stale: boolean;
  pricing: { inputCost: string; outputCost: string; cachedInputCost: string | null; source: string };
}
interface ModelPage {
  data: Model[];
  pagination: { page: number; limit: number; total: number; totalPages: number };
}

const names = ({ body }: TestResponse<ModelPage>): string[] => body.data.map(({ id }) => id);

/** Nothing listens there: loopback refuses at once. */
const NOBODY = 'http://127.0.0.1:9';

describe('the catalogue', () => {
  let upstream: FakeUpstream;
  let t: TestApp;
  let user: GivenUser;
  const list = (query = '') => user.http.get<ModelPage>(`/api/v1/models${query}`);

  beforeAll(async () => {
    upstream = await FakeUpstream.start();
    upstream.models([
      {
        id: 'gpt-large',
        maxInputTokens: 128_000,
        maxOutputTokens: 16_384,
        inputCostPerToken: 2.5e-6,
        outputCostPerToken: 1e-5,
        cacheReadCostPerToken: 1.25e-6,
        supportsVision: true,
        supportsTools: true,
      },
      'team/gpt-small',
      { id: 'embedder', mode: 'embedding' },
    ]);
    t = await createApp({ environment: { LITELLM_API_URL: upstream.url, LITELLM_API_KEY: 'sk-first-1234567890' } });
    user = await givenUser(t);
  });
  afterAll(async () => {
    await t.close();
    await upstream.stop();
  });

  it('M-03 has the models of the provider without any call', async () => {
    const answer = await list();
    expect(answer.status).toBe(200);
    expect(names(answer)).toEqual(['embedder', 'gpt-large', 'team/gpt-small']);
    expect(answer.body.data.every(({ availability, stale }) => availability === 'available' && !stale)).toBe(true);
    expect(upstream.requests[0]).toMatchObject({
      path: '/model/info',
      headers: { authorization: 'Bearer sk-first-1234567890' },
    });
  });

  it('M-05 shows what the provider says of a model, and M-02 one model by its name', async () => {
    const { status, body } = await user.http.get('/api/v1/models/gpt-large');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      data: {
        id: 'gpt-large',
        provider: 'litellm',
        vendor: 'simulator',
        description: 'simulator/gpt-large',
        contextLength: 128_000,
        maxOutputTokens: 16_384,
        pricing: {
          inputCost: '0.0000025',
          outputCost: '0.00001',
          cachedInputCost: '0.00000125',
          currency: 'USD',
          unit: 'token',
          source: 'upstream',
        },
        capabilities: ['chat', 'streaming', 'vision', 'tools'],
        availability: 'available',
        restricted: false,
        stale: false,
      },
    });
  });

  it('M-02 finds a model whose name has slashes, and answers 404 for an unknown one', async () => {
    const found = await user.http.get<{ data: Model }>(`/api/v1/models/${encodeURIComponent('team/gpt-small')}`);
    expect(found.body.data.id).toBe('team/gpt-small');
    const plain = await user.http.get<{ data: Model }>('/api/v1/models/team/gpt-small');
    expect(plain.body).toEqual(found.body);
    const unknown = await user.http.get('/api/v1/models/nothing');
    expect(unknown.status).toBe(404);
    expect(unknown.body).toMatchObject({ error: { code: 'model_not_found' } });
  });

  it('M-01 pages and filters', async () => {
    const other = await givenProvider(t, { slug: 'openai' });
    for (const id of ['gpt-a', 'gpt-b', 'gpt-c', 'whisper']) {
      await givenModel(t, { id, provider: other.slug, capabilities: ['chat', 'vision'] });
    }
    const first = await list('?page=1&limit=2&provider=openai&search=gpt');
    expect(names(first)).toEqual(['gpt-a', 'gpt-b']);
    expect(first.body.pagination).toEqual({ page: 1, limit: 2, total: 3, totalPages: 2 });
    expect(names(await list('?page=2&limit=2&provider=openai&search=GPT'))).toEqual(['gpt-c']);
    expect(names(await list('?provider=simulator&capability=vision'))).toEqual(['gpt-large']);
    expect(names(await list('?provider=openai&capability=embeddings'))).toEqual([]);
    expect(names(await list('?limit=2&sort=outputCost&order=desc'))).toEqual(['gpt-a', 'gpt-b']);
    expect(names(await list('?limit=1&sort=contextLength&order=asc'))).toEqual(['embedder']);
  });

  it('M-01 refuses a limit of 1001, an unknown order and an unknown filter', async () => {
    for (const query of ['?limit=1001', '?limit=0', '?sort=inputPrice', '?order=up', '?capability=fly', '?owner=me']) {
      expect((await list(query)).status).toBe(400);
    }
    expect((await list('?limit=1000')).status).toBe(200);
  });

  it('M-01 takes a search literally', async () => {
    await givenModel(t, { id: '100%_sure' });
    expect(names(await list(`?search=${encodeURIComponent('%_')}`))).toEqual(['100%_sure']);
    expect(names(await list(`?search=${encodeURIComponent('g%t')}`))).toEqual([]);
  });

  it('wants a session', async () => {
    expect((await t.http.get('/api/v1/models')).status).toBe(401);
  });

  it('H-03 tells that a provider accepts our key', async () => {
    const { status, body } = await t.http.get('/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({ components: { keyPool: { status: 'ok' } } });
  });
});

describe('a provider that is away at start', () => {
  it.each([
    ['development', ['mock-embedding', 'mock-large', 'mock-small']],
    ['test', []],
  ])('M-06 lets the server live in %s', async (profile, shown) => {
    const t = await createApp({ environment: { NODE_ENV: profile, LITELLM_API_URL: NOBODY } });
    try {
      expect((await t.http.get('/liveness')).status).toBe(200);
      const { http } = await givenUser(t);
      const answer = await http.get<ModelPage>('/api/v1/models');
      expect(names(answer)).toEqual(shown);
      expect(answer.body.data.every(({ availability, stale }) => availability === 'unavailable' && stale)).toBe(true);
      const subscribed = await http.post('/api/v1/subscriptions', { modelId: 'mock-large' });
      expect(subscribed.status).toBe(404);
    } finally {
      await t.close();
    }
  });

  it('M-06 comes up within seconds beside a provider that never answers', async () => {
    const upstream = await FakeUpstream.start();
    upstream.always({ hang: true });
    const startedAt = performance.now();
    const t = await createApp({ environment: { LITELLM_API_URL: upstream.url } });
    try {
      expect(performance.now() - startedAt).toBeLessThan(6_000);
      expect((await t.http.get('/liveness')).status).toBe(200);
    } finally {
      await t.close();
      await upstream.stop();
    }
    expect(performance.now() - startedAt).toBeLessThan(9_000);
  });
});

it('H-03 is degraded, not down, without a key that a provider accepts', async () => {
  const upstream = await FakeUpstream.start();
  upstream.always({ status: 401 });
  const t = await createApp({
    environment: { OPENAI_BASE_URL: `${upstream.url}/v1`, OPENAI_API_KEY: 'sk-bad-1,sk-bad-2' },
  });
  try {
    const { status, body } = await t.http.get('/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'degraded',
      components: { keyPool: { status: 'degraded' }, db: { status: 'ok' } },
    });
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer sk-bad-1',
      'Bearer sk-bad-2',
    ]);
    expect(t.logs.join('')).not.toMatch(/sk-bad-[12]/);
    const { rows } = await t.db.query('SELECT last_sync_error FROM providers');
    expect(rows).toEqual([{ last_sync_error: 'The provider refused to list its models (HTTP 401).' }]);
  } finally {
    await t.close();
    await upstream.stop();
  }
});
