import { parseObject } from './sse.event.js';
import { misreports, usageOf } from './usage.reader.js';

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
    expect(parseObject('{"a":nan}')).toBeUndefined();
  });
});
