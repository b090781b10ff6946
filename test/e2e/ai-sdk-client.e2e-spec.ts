import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { embed, generateText, isStepCount, jsonSchema, streamText, tool } from 'ai';
import { CALLED, chatToolCall, messageToolCall } from '../support/tool-calls.js';
import { givenTwoProviders, type TwoProviders } from '../support/two-providers.js';

const weather = tool({
  description: 'Tells the weather.',
  inputSchema: jsonSchema<{ city: string; days: number }>({
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer' } },
  }),
  execute: ({ city, days }) => `Sunny in ${city} for ${days} days`,
});

describe('the Vercel AI SDK, unmodified', () => {
  let two: TwoProviders;
  let sluice: ReturnType<typeof createOpenAICompatible>;
  beforeAll(async () => {
    two = await givenTwoProviders();
    sluice = createOpenAICompatible({
      name: 'sluice',
      baseURL: `${two.t.url}/v1`,
      apiKey: two.key.key,
      includeUsage: true,
    });
  });
  beforeEach(() => {
    two.openai.reset();
    two.anthropic.reset();
  });
  afterAll(() => two.stop());

  describe.each(['gpt', 'claude'])('with the model %s', (model) => {
    it('generates text', async () => {
      const { text, usage, finishReason } = await generateText({
        model: sluice(model),
        prompt: 'Hello',
        maxRetries: 0,
      });
      expect(text).toContain('"Hello"');
      expect(finishReason).toBe('stop');
      expect(usage.inputTokens).toBeGreaterThan(0);
      expect(usage.outputTokens).toBeGreaterThan(0);
    });

    it('streams text', async () => {
      const result = streamText({ model: sluice(model), prompt: 'Hello', maxRetries: 0 });
      let text = '';
      for await (const piece of result.textStream) text += piece;
      expect(text).toContain('"Hello"');
      expect(await result.finishReason).toBe('stop');
      const usage = await result.usage;
      expect(usage.outputTokens).toBeGreaterThan(0);
      expect(usage.raw).toMatchObject({ sluice_cost: expect.stringMatching(/^0\.\d+$/) as string });
    });

    it.each([false, true])('runs a tool and goes on with its result (as a stream: %s)', async (streamed) => {
      two.openai.next(chatToolCall);
      two.anthropic.next(messageToolCall);
      const request = {
        model: sluice(model),
        prompt: 'Weather?',
        tools: { weather },
        stopWhen: isStepCount(2),
        maxRetries: 0,
      };
      const steps = streamed ? await streamText(request).steps : (await generateText(request)).steps;
      expect(steps).toHaveLength(2);
      expect(steps[0]?.toolCalls).toMatchObject([{ toolName: CALLED.name, input: CALLED.input }]);
      expect(steps[0]?.text).toBe(CALLED.saying);
      expect(steps[1]?.finishReason).toBe('stop');
      const { body } = (model === 'gpt' ? two.openai : two.anthropic).last;
      expect(body.toString()).toContain('Sunny in Málaga for 2 days');
    });
  });

  it('embeds', async () => {
    const { embedding, usage } = await embed({ model: sluice.embeddingModel('gpt'), value: 'Hello', maxRetries: 0 });
    expect(embedding.length).toBeGreaterThan(0);
    expect(usage.tokens).toBeGreaterThan(0);
  });
});
