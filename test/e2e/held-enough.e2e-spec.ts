import { type Pico, picoToUsd } from '#libs/kernel';
import type { TestHttp } from '../support/http.js';
import { givenTwoProviders, type TwoProviders } from '../support/two-providers.js';

const USD = 10n ** 12n;
const INPUT = 2_500_000n;
const OUTPUT = 10_000_000n;
const chat = { messages: [{ role: 'user', content: 'Hello' }] };

describe('a budget of one pico-dollar less than a call can cost', () => {
  let two: TwoProviders;
  beforeAll(async () => {
    two = await givenTwoProviders();
    // As catalogues know it of an embedding model: the most that it reads of one text.
    await two.t.db.query("UPDATE models SET context_length = 8000, max_output_tokens = NULL WHERE id = 'gpt'");
  });
  beforeEach(() => {
    two.openai.reset();
    two.anthropic.reset();
  });
  afterAll(() => two.stop());

  const keyWith = async (budget: Pico): Promise<TestHttp> => {
    const wish = { name: 'capped', modelIds: ['gpt', 'claude'], maxBudget: picoToUsd(budget) };
    const { status, body } = await two.user.http.post<{ data: { key: string } }>('/api/v1/api-keys', wish);
    expect(status).toBe(201);
    return two.t.http.bearer(body.data.key);
  };

  it.each<[case_: string, path: string, body: object, usage: readonly [input: number, output: number]]>([
    [
      'the looser of two limits',
      'chat/completions',
      { ...chat, max_tokens: 1, max_completion_tokens: 9_000 },
      [9, 9_000],
    ],
    ["another format's limit", 'chat/completions', { ...chat, max_output_tokens: 1 }, [9, 8_000]],
    ['a limit of nothing', 'chat/completions', { ...chat, max_tokens: 0 }, [9, 8_000]],
    ['many prompts at once', 'completions', { max_tokens: 500, prompt: Array(40).fill('a') }, [40, 20_000]],
    ['many texts at once', 'embeddings', { input: Array(40).fill('x '.repeat(500)) }, [20_000, 0]],
    [
      'a prediction',
      'chat/completions',
      { ...chat, max_tokens: 1, prediction: { content: 'x '.repeat(500) } },
      [9, 501],
    ],
  ])('refuses %s', async (_case, path, body, [input, output]) => {
    const cost = BigInt(input) * INPUT + BigInt(output) * OUTPUT;
    const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
    const refused = await (await keyWith(cost - 1n)).post(`/v1/${path}`, { model: 'gpt', ...body });
    expect([refused.status, refused.body]).toMatchObject([402, { error: { code: 'key_budget_exceeded' } }]);
    expect(two.openai.requests).toHaveLength(0);
    two.openai.next({ usage });
    const paid = await (await keyWith(USD)).post(`/v1/${path}`, { model: 'gpt', ...body });
    expect(await two.settled(paid.headers.get('x-request-id'))).toMatchObject({ cost: String(cost) });
  });
});
