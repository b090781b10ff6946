import { fromAnthropic, fromLiteLlm, fromOpenAi, fromOpenRouter } from './model.mappers.js';
import { priceOf } from './upstream-model.js';

describe('fromLiteLlm', () => {
  const entry = {
    model_name: 'gpt-4o',
    litellm_params: { model: 'openai/gpt-4o', api_base: 'http://10.0.0.1', api_key: 'sk-secret' },
    model_info: {
      id: 'x',
      litellm_provider: 'openai',
      max_tokens: 16384,
      max_input_tokens: 128000,
      max_output_tokens: 16384,
      input_cost_per_token: 2.5e-6,
      output_cost_per_token: 1e-5,
      cache_read_input_token_cost: 1.25e-6,
      supports_vision: true,
      supports_function_calling: true,
    },
  };

  it('maps name, provider, context length and prices', () => {
    expect(fromLiteLlm({ data: [entry] })).toEqual([
      {
        name: 'gpt-4o',
        upstreamName: 'gpt-4o',
        vendor: 'openai',
        description: 'openai/gpt-4o',
        contextLength: 128000,
        maxOutputTokens: 16384,
        inputPrice: 2_500_000n,
        outputPrice: 10_000_000n,
        cachedInputPrice: 1_250_000n,
        supportsVision: true,
        supportsTools: true,
        supportsStreaming: true,
        supportsEmbeddings: false,
      },
    ]);
  });

  it('lists a name once, and survives entries that make no sense', () => {
    expect(fromLiteLlm({ data: [entry, entry, {}, null, 'x', { model_name: 5 }] })).toHaveLength(1);
    expect(fromLiteLlm(null)).toEqual([]);
    expect(fromLiteLlm({ data: 'LLM Model List not loaded' })).toEqual([]);
  });

  it('falls back to max_tokens and to the vendor in the backend name', () => {
    const sparse = { model_name: 'm', litellm_params: { model: 'groq/m' }, model_info: { max_tokens: 100 } };
    expect(fromLiteLlm({ data: [sparse] })[0]).toMatchObject({
      vendor: 'groq',
      contextLength: 100,
      inputPrice: undefined,
      supportsVision: false,
    });
  });
});

it('reads OpenAI, OpenRouter and Anthropic lists', () => {
  expect(fromOpenAi({ data: [{ id: 'text-embedding-3-small', owned_by: 'system' }] })[0]).toMatchObject({
    vendor: 'system',
    supportsEmbeddings: true,
    supportsStreaming: false,
  });
  const openRouter = {
    id: 'anthropic/claude-sonnet-4',
    context_length: 200000,
    architecture: { input_modalities: ['text', 'image'] },
    pricing: { prompt: '0.000003', completion: '0.000015', input_cache_read: '0.0000003' },
    top_provider: { max_completion_tokens: 64000 },
    supported_parameters: ['tools'],
  };
  expect(fromOpenRouter({ data: [openRouter] })[0]).toMatchObject({
    vendor: 'anthropic',
    contextLength: 200000,
    maxOutputTokens: 64000,
    inputPrice: 3_000_000n,
    outputPrice: 15_000_000n,
    cachedInputPrice: 300_000n,
    supportsVision: true,
    supportsTools: true,
  });
  expect(fromAnthropic({ data: [{ id: 'claude', display_name: 'Claude' }] })[0]).toMatchObject({
    vendor: 'anthropic',
    description: 'Claude',
  });
});

it('reads what LiteLLM and OpenRouter say beyond the prices of plain text', () => {
  const info = {
    cache_creation_input_token_cost: 3.75e-6,
    output_cost_per_image: 0,
    input_cost_per_image_token: 8e-6,
    output_cost_per_image_token: 3e-5,
    search_context_cost_per_query: { search_context_size_low: 0.03, search_context_size_high: 0.05 },
    input_cost_per_token_above_200k_tokens: 6e-6,
    output_cost_per_token_above_200k_tokens: 2.25e-5,
    cache_read_input_token_cost_above_200k_tokens: 6e-7,
  };
  expect(fromLiteLlm({ data: [{ model_name: 'm', model_info: info }] })[0]?.otherPrices).toEqual({
    cacheWrite: 3_750_000n,
    imageInput: 8_000_000n,
    imageOutput: 30_000_000n,
    perSearch: 50_000_000_000n,
    longContext: {
      aboveTokens: 200_000,
      input: 6_000_000n,
      output: 22_500_000n,
      cachedRead: 600_000n,
      cacheWrite: null,
    },
  });
  const flat = { search_context_cost_per_query: 0.01 };
  expect(fromLiteLlm({ data: [{ model_name: 'm', model_info: flat }] })[0]?.otherPrices).toEqual({
    perSearch: 10_000_000_000n,
  });
  const media = { audio: '0.00004', audio_output: '0.00008', image_output: '0.00003' };
  const text = { prompt: '0.000003', completion: '0.000015', input_cache_write: '0.00000375' };
  const pricing = { ...text, ...media, request: '0.001' };
  expect(fromOpenRouter({ data: [{ id: 'm', pricing }] })[0]?.otherPrices).toEqual({
    cacheWrite: 3_750_000n,
    audioInput: 40_000_000n,
    audioOutput: 80_000_000n,
    imageOutput: 30_000_000n,
    perRequest: 1_000_000_000n,
  });
});

it.each([
  [1.5e-7, 150_000n],
  ['0.00000015', 150_000n],
  [0, 0n],
  [1.0000000000000001e-7, 100_000n],
  [1e-15, undefined],
  [-1, undefined],
  ['-1', undefined],
  [5, undefined],
  [null, undefined],
  ['', undefined],
  ['free', undefined],
  [NaN, undefined],
])('prices %p at %p pico-dollars a token', (value, pico) => {
  expect(priceOf(value)).toBe(pico);
});
