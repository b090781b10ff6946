import OpenAI, { toFile } from 'openai';
import { anthropicErrorReply } from '#libs/simulator';
import { CALLED, messageToolCall } from '../support/tool-calls.js';
import { givenTwoProviders, type TwoProviders } from '../support/two-providers.js';

const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Hello' }];
const tools: OpenAI.ChatCompletionTool[] = [
  { type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } },
];

describe('the official OpenAI client, unmodified', () => {
  let two: TwoProviders;
  let client: OpenAI;
  beforeAll(async () => {
    two = await givenTwoProviders();
    client = new OpenAI({ baseURL: `${two.t.url}/v1`, apiKey: two.key.key, maxRetries: 0 });
  });
  beforeEach(() => {
    two.openai.reset();
    two.anthropic.reset();
  });
  afterAll(() => two.stop());

  describe('with a model of Anthropic', () => {
    it('chats, whole and as a stream, with the same words', async () => {
      const { data: whole, response } = await client.chat.completions
        .create({ model: 'claude', messages })
        .withResponse();
      const stream = client.chat.completions.stream({
        model: 'claude',
        messages,
        stream_options: { include_usage: true },
      });
      const streamed = await stream.finalChatCompletion();
      expect(whole.choices[0]?.message.content).toContain('"Hello"');
      expect(streamed.choices[0]?.message.content).toBe(whole.choices[0]?.message.content);
      expect(streamed.usage).toEqual({ ...whole.usage, sluice_cost: response.headers.get('x-sluice-cost') });
      expect(streamed.choices[0]?.finish_reason).toBe('stop');
    });

    it.each([false, true])('calls a tool (as a stream: %s), and hands the result in', async (streamed) => {
      two.anthropic.next(messageToolCall);
      const request = { model: 'claude', messages, tools };
      const answer = streamed
        ? await client.chat.completions.stream(request).finalChatCompletion()
        : await client.chat.completions.create(request);
      const said = answer.choices[0]?.message;
      const [call] = said?.tool_calls ?? [];
      if (said === undefined || call?.type !== 'function') throw new Error('No tool was called.');
      expect([said.content, call.id, call.function.name]).toEqual([CALLED.saying, CALLED.id, CALLED.name]);
      expect(JSON.parse(call.function.arguments)).toEqual(CALLED.input);
      expect(answer.choices[0]?.finish_reason).toBe('tool_calls');
      await client.chat.completions.create({
        ...request,
        messages: [...messages, said, { role: 'tool', tool_call_id: call.id, content: 'Sunny' }],
      });
      expect(two.anthropic.last.json).toMatchObject({
        messages: [
          { role: 'user' },
          { role: 'assistant', content: [{ type: 'text' }, { type: 'tool_use', id: CALLED.id, input: CALLED.input }] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: CALLED.id }] },
        ],
      });
    });

    it('shows pictures and asks for JSON by its schema', async () => {
      await client.chat.completions.create({
        model: 'claude',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is this?' },
              { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
              { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
            ],
          },
        ],
        response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } },
      });
      expect(two.anthropic.last.json).toMatchObject({
        messages: [
          {
            content: [
              { type: 'text', text: 'What is this?' },
              { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
            ],
          },
        ],
        output_config: { format: { type: 'json_schema', schema: { type: 'object' } } },
      });
    });

    it('throws its own error classes for what Anthropic refuses', async () => {
      two.anthropic.next(anthropicErrorReply(400, 'invalid_request_error', 'No'));
      await expect(client.chat.completions.create({ model: 'claude', messages })).rejects.toThrow(
        OpenAI.BadRequestError,
      );
    });
  });

  describe('with a model of its own format', () => {
    it('makes a response, whole and as a stream', async () => {
      const whole = await client.responses.create({ model: 'gpt', input: 'Hello' });
      expect(whole.output_text).toContain('"Hello"');
      const stream = client.responses.stream({ model: 'gpt', input: 'Hello' });
      let text = '';
      stream.on('response.output_text.delta', ({ delta }) => (text += delta));
      const { usage } = await stream.finalResponse();
      expect(usage).toEqual({ ...whole.usage, sluice_cost: expect.stringMatching(/^0\.\d+$/) as string });
      expect(text).toBe(whole.output_text);
    });

    it('draws pictures', async () => {
      const { data } = await client.images.generate({ model: 'gpt', prompt: 'A dot', n: 2 });
      expect(data).toHaveLength(2);
    });

    it('speaks, and writes down what was spoken', async () => {
      const speech = await client.audio.speech.create({ model: 'gpt', input: 'Hello', voice: 'alloy' });
      const sound = Buffer.from(await speech.arrayBuffer());
      expect(sound.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xf3]));
      const file = await toFile(Buffer.concat([sound, Buffer.alloc(2_000, 7)]), 'a.mp3');
      const { text } = await client.audio.transcriptions.create({ model: 'gpt', file });
      expect(text).toContain('simulated');
      expect(two.openai.last.body.includes(Buffer.alloc(2_000, 7))).toBe(true);
      const subtitles = await client.audio.translations.create({ model: 'gpt', file, response_format: 'srt' });
      expect(subtitles).toContain('simulated');
    });

    it('moderates', async () => {
      const { results } = await client.moderations.create({ model: 'gpt', input: 'Hello' });
      expect(results[0]?.flagged).toBe(false);
    });
  });
});
