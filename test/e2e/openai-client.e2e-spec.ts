import OpenAI from 'openai';
import { createApp, type TestApp } from '../support/app.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser } from '../support/given/users.js';

describe('the official OpenAI client, unmodified', () => {
  let t: TestApp;
  let up: FakeUpstream;
  let client: OpenAI;

  beforeAll(async () => {
    up = await FakeUpstream.start();
    up.models(['m1', { id: 'embed', mode: 'embedding' }]);
    t = await createApp({ environment: { LITELLM_API_URL: up.url, LITELLM_API_KEY: 'sk-upstream-0123456789' } });
    const user = await givenUser(t);
    for (const model of ['m1', 'embed']) await givenSubscription(t, user, model);
    const { key } = await givenApiKey(t, user, ['m1', 'embed']);
    client = new OpenAI({ baseURL: `${t.url}/v1`, apiKey: key, maxRetries: 0 });
  });
  afterAll(async () => {
    await t.close();
    await up.stop();
  });

  const messages = [{ role: 'user' as const, content: 'Hello' }];

  it('SDK-07 lists models', async () => {
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids.sort()).toEqual(['embed', 'm1']);
    expect((await client.models.retrieve('m1')).object).toBe('model');
  });

  it('SDK-07 chats', async () => {
    const answer = await client.chat.completions.create({ model: 'm1', messages });
    expect(answer.choices[0]?.message.content).toEqual(expect.any(String));
    expect(answer.usage?.total_tokens).toBeGreaterThan(0);
  });

  it('SDK-07 streams', async () => {
    const stream = await client.chat.completions.create({
      model: 'm1',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let total = 0;
    let cost: unknown;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      total = chunk.usage?.total_tokens ?? total;
      cost = chunk.usage && 'sluice_cost' in chunk.usage ? chunk.usage.sluice_cost : cost;
    }
    expect(cost).toMatch(/^0\.\d+$/);
    expect(text.length).toBeGreaterThan(0);
    expect(total).toBeGreaterThan(0);
  });

  it('SDK-07 embeds', async () => {
    const answer = await client.embeddings.create({ model: 'embed', input: 'Hello' });
    expect(answer.data[0]?.embedding.length).toBeGreaterThan(0);
    const { rows } = await t.db.query(
      "SELECT output_tokens, tokens_source FROM usage_events WHERE operation = 'embeddings'",
    );
    expect(rows).toEqual([{ output_tokens: '0', tokens_source: 'provider' }]);
  });

  it('SDK-07 throws its own error classes', async () => {
    await expect(client.chat.completions.create({ model: 'm9', messages })).rejects.toThrow(
      OpenAI.PermissionDeniedError,
    );
    const stranger = new OpenAI({ baseURL: `${t.url}/v1`, apiKey: 'sk-wrong', maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toThrow(OpenAI.AuthenticationError);
  });
});
