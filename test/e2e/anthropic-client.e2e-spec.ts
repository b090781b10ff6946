import Anthropic from '@anthropic-ai/sdk';
import { CALLED, chatToolCall, messageToolCall } from '../support/tool-calls.js';
import { givenTwoProviders, type TwoProviders } from '../support/two-providers.js';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const tools: Anthropic.Tool[] = [
  {
    name: 'weather',
    description: 'Tells the weather.',
    input_schema: { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } },
  },
];
const hello: Anthropic.MessageParam[] = [{ role: 'user', content: 'Hello' }];

describe('the official Anthropic client, unmodified', () => {
  let two: TwoProviders;
  let client: Anthropic;
  beforeAll(async () => {
    two = await givenTwoProviders();
    client = new Anthropic({ baseURL: two.t.url, apiKey: two.key.key, maxRetries: 0 });
  });
  beforeEach(() => {
    two.openai.reset();
    two.anthropic.reset();
  });
  afterAll(() => two.stop());

  describe.each(['claude', 'gpt'])('with the model %s', (model) => {
    it('creates a message', async () => {
      const message = await client.messages.create({ model, max_tokens: 100, messages: hello });
      expect(message.content).toEqual([{ type: 'text', text: expect.stringContaining('"Hello"') as string }]);
      expect(message.stop_reason).toBe('end_turn');
      expect(message.usage.input_tokens).toBeGreaterThan(0);
      expect(message.usage.output_tokens).toBeGreaterThan(0);
    });

    it('streams the same message', async () => {
      const whole = await client.messages.create({ model, max_tokens: 100, messages: hello });
      const stream = client.messages.stream({ model, max_tokens: 100, messages: hello });
      let text = '';
      let cost: unknown;
      stream.on('text', (piece) => (text += piece));
      stream.on('streamEvent', (event) => {
        if (event.type === 'message_delta' && 'sluice_cost' in event.usage) cost = event.usage.sluice_cost;
      });
      const message = await stream.finalMessage();
      expect(message.content).toEqual(whole.content);
      expect(message.usage).toMatchObject({
        input_tokens: whole.usage.input_tokens,
        output_tokens: whole.usage.output_tokens,
      });
      expect([{ type: 'text', text }]).toEqual(whole.content);
      expect(cost).toMatch(/^0\.\d+$/);
    });

    it.each([false, true])('calls a tool (as a stream: %s), and hands the result in', async (streamed) => {
      two.openai.next(chatToolCall);
      two.anthropic.next(messageToolCall);
      const request = { model, max_tokens: 100, tools, messages: hello };
      const message = streamed
        ? await client.messages.stream(request).finalMessage()
        : await client.messages.create(request);
      const { id, name, input, saying } = CALLED;
      expect(message.content).toEqual([
        expect.objectContaining({ type: 'text', text: saying }),
        expect.objectContaining({ type: 'tool_use', id, name, input }),
      ]);
      expect([message.stop_reason, message.usage.output_tokens]).toEqual(['tool_use', 12]);
      const after = await client.messages.create({
        ...request,
        messages: [
          ...hello,
          { role: 'assistant', content: message.content },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'Sunny' }] },
        ],
      });
      expect(after.stop_reason).toBe('end_turn');
      const sent = (model === 'gpt' ? two.openai : two.anthropic).last.json as { messages: unknown[] };
      expect(sent.messages.at(-1)).toEqual(
        model === 'gpt'
          ? { role: 'tool', tool_call_id: id, content: 'Sunny' }
          : { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'Sunny' }] },
      );
    });

    it('shows pictures', async () => {
      await client.messages.create({
        model,
        max_tokens: 100,
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
              { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
              { type: 'text', text: 'What is this?' },
            ],
          },
        ],
      });
      if (model === 'gpt') {
        expect(two.openai.last.json).toMatchObject({
          messages: [
            {
              content: [
                { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
                { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
                { type: 'text', text: 'What is this?' },
              ],
            },
          ],
        });
      }
    });

    it('counts tokens', async () => {
      expect((await client.messages.countTokens({ model, messages: hello })).input_tokens).toBeGreaterThan(0);
    });

    it('hears of a stream that broke off', async () => {
      two.openai.next({ resetAtByte: 600 });
      two.anthropic.next({ resetAtByte: 800 });
      const stream = client.messages.stream({ model, max_tokens: 100, messages: hello });
      await expect(stream.finalMessage()).rejects.toThrow(Anthropic.APIError);
    });
  });

  it('lists models in its own form', async () => {
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids).toEqual(['claude', 'gpt']);
    expect(await client.models.retrieve('gpt')).toMatchObject({ type: 'model', id: 'gpt', display_name: 'gpt' });
  });

  it('throws its own error classes', async () => {
    await expect(client.messages.create({ model: 'm9', max_tokens: 1, messages: hello })).rejects.toThrow(
      Anthropic.PermissionDeniedError,
    );
    const stranger = new Anthropic({ baseURL: two.t.url, apiKey: 'sk-wrong', maxRetries: 0 });
    await expect(stranger.messages.create({ model: 'gpt', max_tokens: 1, messages: hello })).rejects.toThrow(
      Anthropic.AuthenticationError,
    );
    two.openai.nextError(404, 'model_not_found');
    await expect(client.messages.create({ model: 'gpt', max_tokens: 1, messages: hello })).rejects.toThrow(
      Anthropic.NotFoundError,
    );
  });

  it('may send its key as a bearer', async () => {
    const bearer = new Anthropic({ baseURL: two.t.url, apiKey: null, authToken: two.key.key, maxRetries: 0 });
    expect((await bearer.messages.create({ model: 'gpt', max_tokens: 9, messages: hello })).role).toBe('assistant');
  });
});
