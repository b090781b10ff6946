import {
  createApiKey,
  createChatCompletion,
  createSluiceClient,
  createSubscription,
  getMe,
  getUsageSummary,
  listModels,
  listUsageLogs,
  login,
  register,
} from '#libs/sdk';
import { createApp, type TestApp } from '../support/app.js';
import { FakeUpstream } from '../support/fake-upstream.js';

const ada = { email: 'ada@example.com', password: 'Analytical-Engine-1843', name: 'Ada' };

/** The journey that the house exists for, through the generated client. */
describe('the main job', () => {
  let t: TestApp;
  let up: FakeUpstream;

  beforeAll(async () => {
    up = await FakeUpstream.start();
    up.models([{ id: 'm1', inputCostPerToken: 0.0000025, outputCostPerToken: 0.00001 }]);
    t = await createApp({ environment: { LITELLM_API_URL: up.url } });
  });
  afterAll(async () => {
    await t.close();
    await up.stop();
  });

  it('goes from a stranger to a metered answer', async () => {
    const stranger = createSluiceClient(t.url);
    expect((await register({ client: stranger, body: ada })).response?.status).toBe(201);
    const session = await login({ client: stranger, body: { email: ada.email, password: ada.password } });
    const begun = session.data?.data;
    const person = createSluiceClient(t.url, begun && 'accessToken' in begun ? begun.accessToken : undefined);
    expect((await getMe({ client: person })).data?.data.email).toBe(ada.email);

    const models = await listModels({ client: person });
    expect(models.data?.data.map(({ id }) => id)).toEqual(['m1']);
    const subscription = await createSubscription({ client: person, body: { modelId: 'm1' } });
    expect(subscription.data?.data.status).toBe('active');
    const issued = await createApiKey({ client: person, body: { name: 'first', modelIds: ['m1'] } });
    const key = issued.data?.data.key;

    up.next({ usage: { prompt_tokens: 1_000, completion_tokens: 500, total_tokens: 1_500 } });
    const program = createSluiceClient(t.url, key);
    const answer = await createChatCompletion({
      client: program,
      body: { model: 'm1', messages: [{ role: 'user', content: 'Hello' }] },
    });
    expect(answer.response?.status).toBe(200);

    const summary = await getUsageSummary({ client: person });
    expect(summary.data?.data.totals).toMatchObject({
      requests: 1,
      inputTokens: 1_000,
      outputTokens: 500,
      cost: '0.0075',
    });
    const logs = await listUsageLogs({ client: person });
    expect(logs.data?.data).toMatchObject([{ modelId: 'm1', status: 'completed', cost: '0.0075' }]);
  });
});
