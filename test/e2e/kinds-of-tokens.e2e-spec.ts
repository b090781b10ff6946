import { type Pico, picoToUsd } from '#libs/kernel';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser } from '../support/given/users.js';
import type { TestHttp } from '../support/http.js';
import { givenTwoProviders, type TwoProviders } from '../support/two-providers.js';

/** Pico-dollars a token, each kind a decimal place of its own. */
const INPUT = 1n;
const OUTPUT = 100n;
const prices = { audioInput: 10_000n, imageInput: 1_000_000n, audioOutput: 100_000_000n, imageOutput: 10_000_000_000n };
const chat = { messages: [{ role: 'user', content: 'Hello' }] };
const NONE = { audio_input_tokens: '0', image_input_tokens: '0', audio_output_tokens: '0', image_output_tokens: '0' };

describe('tokens that have prices of their own', () => {
  let two: TwoProviders;
  let http: TestHttp;
  beforeAll(async () => {
    two = await givenTwoProviders();
    await givenModel(two.t, {
      id: 'multi',
      upstreamName: 'gpt-upstream',
      provider: 'litellm',
      inputPrice: INPUT,
      outputPrice: OUTPUT,
      prices,
    });
    await givenSubscription(two.t, two.user, 'multi');
    http = (await givenApiKey(two.t, two.user, ['multi'])).http;
  });
  beforeEach(() => two.openai.reset());
  afterAll(() => two.stop());

  const rowOf = async (path: string, body: object) => {
    const answer = await http.post(`/v1/${path}`, { model: 'multi', ...body });
    return two.settled(answer.headers.get('x-request-id'));
  };

  it('are told apart in a chat', async () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 20,
      total_tokens: 30,
      prompt_tokens_details: { audio_tokens: 3, image_tokens: 2 },
      completion_tokens_details: { audio_tokens: 7, image_tokens: 1 },
    };
    const cost = 5n + 3n * 10_000n + 2n * 1_000_000n + 12n * 100n + 7n * 100_000_000n + 10_000_000_000n;
    for (const stream of [false, true]) {
      two.openai.next({ usage });
      expect(await rowOf('chat/completions', { ...chat, stream })).toMatchObject({
        audio_input_tokens: '3',
        image_input_tokens: '2',
        audio_output_tokens: '7',
        image_output_tokens: '1',
        cost: String(cost),
      });
    }
  });

  it('are told apart where some are cached for an hour', async () => {
    const writing = { id: 'writing', upstreamName: 'claude-upstream', provider: 'anthropic' };
    await givenModel(two.t, { ...writing, inputPrice: 4n, outputPrice: 1n, prices: { cacheWrite: 5n } });
    await givenSubscription(two.t, two.user, 'writing');
    const { http: own } = await givenApiKey(two.t, two.user, ['writing']);
    const written = { cache_creation_input_tokens: 30, cache_creation: { ephemeral_1h_input_tokens: 20 } };
    two.anthropic.next({ usage: { input_tokens: 10, output_tokens: 1, ...written } });
    const answer = await own.post('/v1/messages', { ...chat, model: 'writing', max_tokens: 1 });
    expect(await two.settled(answer.headers.get('x-request-id'))).toMatchObject({
      cache_write_tokens: '30',
      long_cache_write_tokens: '20',
      cost: String(10 * 4 + 10 * 5 + 20 * 8 + 1),
    });
  });

  it('are all pictures where pictures are drawn', async () => {
    two.openai.next({ usage: { input_tokens: 5, output_tokens: 40, total_tokens: 45 } });
    expect(await rowOf('images/generations', { prompt: 'A dot' })).toMatchObject({
      ...NONE,
      output_tokens: '40',
      image_output_tokens: '40',
      cost: String(5n + 40n * 10_000_000_000n),
    });
  });

  it('are sound where a text is spoken, which tells nobody how many there were', async () => {
    const row = await rowOf('audio/speech', { input: 'x'.repeat(100), voice: 'alloy' });
    expect(row).toMatchObject({ ...NONE, output_tokens: '150', audio_output_tokens: '150' });
    expect(BigInt(row.cost)).toBe(BigInt(row.input_tokens) + 150n * 100_000_000n);
  });

  it('are not sound where nothing was spoken', async () => {
    two.openai.next({ resetAtByte: 0 });
    two.openai.next({ resetAtByte: 0 });
    expect(await rowOf('audio/speech', { input: 'Hello', voice: 'alloy' })).toMatchObject({ cost: '0' });
  });

  it('are held for: a text that may be spoken slowly', async () => {
    const wish = (budget: Pico) => ({ name: 'capped', modelIds: ['multi'], maxBudget: picoToUsd(budget) });
    const { body } = await two.user.http.post<{ data: { key: string } }>('/api/v1/api-keys', wish(100n * 100_000_000n));
    const capped = two.t.http.bearer(body.data.key);
    const refused = await capped.post('/v1/audio/speech', { model: 'multi', input: 'x'.repeat(100), voice: 'alloy' });
    expect([refused.status, refused.body]).toMatchObject([402, { error: { code: 'key_budget_exceeded' } }]);
  });

  it.each(['json', 'text', 'srt', 'vtt'])(
    'are of a recording also where its length is not said: %s',
    async (format) => {
      const seconds = { ...prices, perSecond: 10n ** 15n };
      const model = `hearing-${format}`;
      await givenModel(two.t, {
        id: model,
        upstreamName: 'gpt-upstream',
        provider: 'litellm',
        inputPrice: 0n,
        outputPrice: 0n,
        prices: seconds,
      });
      await givenSubscription(two.t, two.user, model);
      const { http: own } = await givenApiKey(two.t, two.user, [model]);
      const field = (name: string, value: string) =>
        `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
      const recording = `\u00ff\u00fb\u0090${'.'.repeat(160_000 - 3)}`;
      const body = Buffer.from(
        `${field('model', model)}${field('response_format', format)}${field('file"; filename="a.mp3', recording)}--b--\r\n`,
        'latin1',
      );
      two.openai.next({ usage: 'omit' });
      const answer = await own.post('/v1/audio/transcriptions', body, {
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
      });
      expect(await two.settled(answer.headers.get('x-request-id'))).toMatchObject({
        audio_seconds: 10,
        audio_input_tokens: '100',
        cost: String(10n * 10n ** 15n + 100n * 10_000n),
      });
    },
  );

  it('are rated again as what they were', async () => {
    const admin = await givenUser(two.t, { role: 'admin' });
    two.openai.next({
      usage: { prompt_tokens: 9, completion_tokens: 4, prompt_tokens_details: { audio_tokens: 9 } },
    });
    const row = await rowOf('chat/completions', chat);
    await two.t.db.query("UPDATE usage_events SET price_id = gen_random_uuid() WHERE model_id = 'multi'");
    const { body, status } = await admin.http.post<{ data: Record<string, unknown> }>('/api/v1/admin/usage/re-rate', {
      from: new Date(Date.now() - 3_600_000).toISOString(),
      to: new Date(Date.now() + 60_000).toISOString(),
      modelId: 'multi',
      dryRun: true,
      reason: 'Look',
    });
    expect([status, body, row.cost]).toMatchObject([200, { data: { changed: 0 } }, String(9n * 10_000n + 400n)]);
  });
});
