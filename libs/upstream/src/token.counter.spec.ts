import { TokenCounter } from './token.counter.js';

describe('TokenCounter', () => {
  let counter: TokenCounter;
  beforeAll(async () => (counter = await TokenCounter.load()));

  it('counts known texts, the same each time', () => {
    expect(counter.countText('')).toBe(0);
    expect(counter.countText('hello world')).toBe(2);
    expect(counter.countText('hello world')).toBe(2);
    expect(counter.countText('<|endoftext|>')).toBeGreaterThan(1);
  });

  it('does not cut words of prose, however long it is', () => {
    const sentence = 'The quick brown fox jumps over the lazy dog. ';
    expect(counter.countText(sentence.repeat(100))).toBe(counter.countText(sentence.trimEnd()) * 100 + 1);
  });

  it.each([['a'], [' '], ['汉字'], ['🌍'], ['x7']])('is quick with 190 kB of %j', (unit) => {
    const text = unit.repeat(Math.floor(190_000 / Buffer.byteLength(unit)));
    const start = performance.now();
    expect(counter.countText(text)).toBeGreaterThan(0);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('is bounded by the request, not by each text of it', () => {
    const messages = Array.from({ length: 400 }, () => ({ role: 'user', content: 'x7'.repeat(25_000) }));
    const start = performance.now();
    // 4 × 50 kB are counted, less the roles; the others are estimated.
    const tokens = counter.countRequest({ messages });
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(tokens).toBeGreaterThan(390 * 12_500);
    expect(counter.countText('hello world')).toBe(2);
  });

  it('estimates what is larger by its bytes', () => {
    expect(counter.countText('é'.repeat(200_000))).toBe(100_000);
  });

  it('counts messages, parts, images and tools', () => {
    const text = (content: unknown) => counter.countRequest({ messages: [{ role: 'user', content }] });
    expect(text('hello world')).toBe(3 + 3 + 1 + 2);
    expect(text([{ type: 'text', text: 'hello world' }])).toBe(text('hello world'));
    expect(text([{ type: 'image_url', image_url: { url: 'data:…' } }])).toBe(3 + 3 + 1 + 765);
    expect(counter.countRequest({ messages: [], tools: [{ type: 'function' }] })).toBeGreaterThan(3);
    expect(counter.countRequest({ messages: 'nonsense' })).toBe(0);
  });

  it('counts prompts and inputs, as text or as tokens', () => {
    expect(counter.countRequest({ prompt: 'hello world' })).toBe(2);
    expect(counter.countRequest({ input: ['hello', 'world'] })).toBe(2);
    expect(counter.countRequest({ input: [1, 2, 3] })).toBe(3);
    expect(counter.countRequest({ input: [[1, 2], [3]] })).toBe(3);
  });
});
