import { parseObject } from './sse.event.js';
import { anthropicUsageOf, misreports, usageOf } from './usage.reader.js';

describe('usageOf', () => {
  it('reads a chat answer with its details', () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 2 },
    };
    expect(usageOf({ usage })).toEqual({
      promptTokens: 10,
      completionTokens: 5,
      cachedTokens: 4,
      cacheWriteTokens: 0,
      reasoningTokens: 2,
    });
  });

  it('reads which tokens are sound and which are pictures', () => {
    const usage = {
      input_tokens: 10,
      output_tokens: 5,
      input_token_details: { audio_tokens: 9, image_tokens: 99 },
      output_tokens_details: { audio_tokens: 4 },
    };
    expect(usageOf({ usage })).toMatchObject({ audioInputTokens: 9, imageInputTokens: 10, audioOutputTokens: 4 });
    expect(usageOf({ type: 'speech.audio.done', usage })).toMatchObject({ audioOutputTokens: 5 });
    expect(usageOf({ type: 'image_edit.completed', usage })).toMatchObject({ imageOutputTokens: 5 });
    expect(usageOf({ data: [{}], usage })).toMatchObject({ imageOutputTokens: 5 });
    expect(usageOf({ object: 'list', data: [{}], usage })).not.toHaveProperty('imageOutputTokens');
  });

  it.each([
    [
      'xAI',
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 315,
        completion_tokens_details: { reasoning_tokens: 300 },
      },
    ],
    ['Google', { prompt_tokens: 10, completion_tokens: 5, total_tokens: 315 }],
  ])('counts what was thought to the answer where %s leaves it out', (_, usage) => {
    expect(usageOf({ usage })).toMatchObject({ promptTokens: 10, completionTokens: 305, reasoningTokens: 300 });
  });

  it.each([
    [
      'what was cached',
      { prompt_tokens: 10, completion_tokens: 5, total_tokens: 23, prompt_tokens_details: { cached_tokens: 8 } },
    ],
    ...Object.entries({ read: 18, written: 16, both: 19 }).map(([what, total_tokens]): [string, object] => [
      `${what} of a cache`,
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens,
        prompt_tokens_details: { cached_tokens: 3, cache_write_tokens: 1 },
      },
    ]),
    ['less', { prompt_tokens: 10, completion_tokens: 5, total_tokens: 3 }],
    ['nothing that could be true', { prompt_tokens: 10, completion_tokens: 5, total_tokens: 1e15 }],
  ])('believes no sum that says %s more than its parts', (_, usage) => {
    expect(usageOf({ usage })).toMatchObject({ promptTokens: 10, completionTokens: 5, reasoningTokens: 0 });
  });

  it('reads what Anthropic keeps for an hour, as a part of what it wrote to its cache', () => {
    const usage = { input_tokens: 1, output_tokens: 1, cache_creation_input_tokens: 9 };
    const cached = (tokens: number) => ({ ...usage, cache_creation: { ephemeral_1h_input_tokens: tokens } });
    expect(anthropicUsageOf(cached(7))).toMatchObject({ cacheWriteTokens: 9, longCacheWriteTokens: 7 });
    expect(anthropicUsageOf(cached(99))).toMatchObject({ longCacheWriteTokens: 9 });
    expect(anthropicUsageOf(usage)).not.toHaveProperty('longCacheWriteTokens');
  });

  it('reads embeddings as prompt only', () => {
    expect(usageOf({ object: 'list', usage: { prompt_tokens: 3, total_tokens: 3 } })).toMatchObject({
      promptTokens: 3,
      completionTokens: 0,
    });
  });

  it('takes a part for no more than its whole', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 99 } };
    expect(usageOf({ usage })?.cachedTokens).toBe(3);
  });

  it.each([
    [undefined],
    [null],
    [[]],
    [{}],
    [{ usage: null }],
    [{ usage: {} }],
    [{ usage: { prompt_tokens: 3 } }],
    [{ usage: { prompt_tokens: -1, completion_tokens: 1 } }],
    [{ usage: { prompt_tokens: NaN, completion_tokens: 1 } }],
    [{ usage: { prompt_tokens: 1.5, completion_tokens: 1 } }],
    [{ usage: { prompt_tokens: '7', completion_tokens: 1 } }],
    [{ usage: { prompt_tokens: 1, completion_tokens: 1e15 } }],
    [{ usage: { prompt_tokens: Infinity, completion_tokens: 1 } }],
  ])('believes nothing of %j', (json) => {
    expect(usageOf(json)).toBeUndefined();
  });

  it('knows a count that cannot be true from one that is left out, or of something else', () => {
    for (const bad of [
      { prompt_tokens: -1 },
      { output_tokens: NaN },
      { completion_tokens: '7' },
      { input_tokens: 1e15 },
    ])
      expect(misreports(bad)).toBe(true);
    for (const fine of [
      undefined,
      null,
      [],
      {},
      { prompt_tokens: null },
      { type: 'duration', seconds: 3 },
      { prompt_tokens: 3 },
    ])
      expect(misreports(fine)).toBe(false);
  });

  it('reads what is no JSON for the sake of a count, and leaves strings as they are', () => {
    expect(parseObject('{"a":"NaN, \\"Infinity","b":NaN,"c":[-Infinity]}')).toEqual({
      a: 'NaN, "Infinity',
      b: Infinity,
      c: [-Infinity],
    });
    expect(parseObject('{"a":NaN')).toBeUndefined();
    for (const broken of ['{"a":NaN,"b":"', '{"b":NaN,"\\', '{"c":NaN,"\\"']) {
      const start = performance.now();
      expect(parseObject(broken + 'x'.repeat(1_000_000))).toBeUndefined();
      expect(parseObject(broken.repeat(20_000))).toBeUndefined();
      expect(performance.now() - start).toBeLessThan(1_000);
    }
    expect(parseObject('{"a":nan}')).toBeUndefined();
  });
});
