import { Simulator } from './simulator.js';

describe('the simulator', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await Simulator.start({
      models: [
        { id: 'talks', mode: 'chat', maxInputTokens: 20, inputCostPerToken: 0, outputCostPerToken: 0 },
        { id: 'embeds', mode: 'embedding', maxInputTokens: 20, inputCostPerToken: 0, outputCostPerToken: 0 },
      ],
    });
  });
  afterAll(() => simulator.stop());

  const post = async (path: string, body: object) => {
    const answer = await fetch(`${simulator.url}/v1/${path}`, { method: 'POST', body: JSON.stringify(body) });
    const { error } = (await answer.json()) as { error?: { code: string } };
    return [answer.status, error?.code];
  };
  const said = (content: string) => [{ role: 'user', content }];

  it.each<[string, string, object, string]>([
    ['no messages', 'chat/completions', { model: 'talks' }, 'invalid_messages'],
    ['an empty list of messages', 'chat/completions', { model: 'talks', messages: [] }, 'invalid_messages'],
    ['a message without a role', 'chat/completions', { model: 'talks', messages: [{}] }, 'invalid_messages'],
    [
      'chat with an embedding model',
      'chat/completions',
      { model: 'embeds', messages: said('Hi') },
      'unsupported_model',
    ],
    ['embedding with a chat model', 'embeddings', { model: 'talks', input: 'Hi' }, 'unsupported_model'],
    [
      'more than the model can read',
      'chat/completions',
      { model: 'talks', messages: said('word '.repeat(30)) },
      'context_length_exceeded',
    ],
  ])('refuses %s as a provider does', async (_, path, body, code) => {
    expect(await post(path, body)).toEqual([400, code]);
  });

  it('answers what is left', async () => {
    expect(await post('chat/completions', { model: 'talks', messages: said('Hi') })).toEqual([200, undefined]);
    expect(await post('embeddings', { model: 'embeds', input: 'Hi' })).toEqual([200, undefined]);
  });
});
