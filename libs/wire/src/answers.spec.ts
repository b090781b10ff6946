import { toAnthropicUsage, toOpenAiUsage } from './answers.js';

it('does not count again in one format what the other counts apart', () => {
  const openAi = {
    prompt_tokens: 1_000,
    completion_tokens: 50,
    total_tokens: 1_050,
    prompt_tokens_details: { cached_tokens: 880, cache_write_tokens: 20 },
  };
  const anthropic = {
    input_tokens: 100,
    cache_creation_input_tokens: 20,
    cache_read_input_tokens: 880,
    output_tokens: 50,
  };
  expect(toAnthropicUsage(openAi)).toEqual(anthropic);
  expect(toOpenAiUsage(anthropic)).toEqual(openAi);
});
