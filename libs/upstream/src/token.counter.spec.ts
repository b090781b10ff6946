import { TokenCounter } from './token.counter.js';

describe('TokenCounter without tables', () => {
  it('estimates, asks for them again after a minute and not before, and counts then', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'performance'] });
    try {
      let asked = 0;
      const failing = (): Promise<never> => {
        asked += 1;
        return Promise.reject(new Error('no process may be started here'));
      };
      for (let n = 0; n < 3; n += 1) {
        const counter = await TokenCounter.load(failing);
        expect([counter.hasTables, await counter.countText('hello world')]).toEqual([false, 3]);
        expect(await counter.countText('汉字'.repeat(30_000))).toBe(60_000);
      }
      expect(asked).toBe(1);
      jest.advanceTimersByTime(60_000);
      expect((await TokenCounter.load(failing)).hasTables).toBe(false);
      expect(asked).toBe(2);
      jest.advanceTimersByTime(60_000);
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('TokenCounter', () => {
  let counter: TokenCounter;
  beforeAll(async () => (counter = await TokenCounter.load()));

  it('counts known texts, the same each time', async () => {
    expect(await counter.countText('')).toBe(0);
    expect(await counter.countText('hello world')).toBe(2);
    expect(await counter.countText('hello world')).toBe(2);
    expect(await counter.countText('<|endoftext|>')).toBeGreaterThan(1);
  });

  it('does not cut words of prose, however long it is', async () => {
    const sentence = 'The quick brown fox jumps over the lazy dog. ';
    expect(await counter.countText(sentence.repeat(100))).toBe((await counter.countText(sentence.trimEnd())) * 100 + 1);
  });

  it.each([['a'], [' '], ['汉字'], ['🌍'], ['x7']])('is quick with 190 kB of %j', async (unit) => {
    const text = unit.repeat(Math.floor(190_000 / Buffer.byteLength(unit)));
    const start = performance.now();
    expect(await counter.countText(text)).toBeGreaterThan(0);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('is bounded by the request, not by each text of it', async () => {
    const messages = Array.from({ length: 400 }, () => ({ role: 'user', content: 'x7'.repeat(25_000) }));
    const start = performance.now();
    // Samples of them are counted, and scaled up.
    const tokens = await counter.countRequest({ messages });
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(tokens).toBeGreaterThan(390 * 12_500);
    expect(await counter.countText('hello world')).toBe(2);
  });

  it.each(['汉字', '7x!q ', 'The quick brown fox. ', 'a'])(
    'scales up what is longer, %j, from what it is made of',
    async (unit) => {
      const exact = await counter.countText(unit.repeat(Math.floor(60_000 / unit.length)));
      const long = await counter.countText(unit.repeat(Math.floor(60_000 / unit.length) * 10));
      expect(long / (exact * 10)).toBeGreaterThan(0.97);
      expect(long / (exact * 10)).toBeLessThan(1.06);
      const cut = await counter.countText(unit.repeat(100), unit.length * 10_000);
      expect(cut).toBeGreaterThanOrEqual((await counter.countText(unit.repeat(100))) * 100);
    },
  );

  it('cannot be fooled by what stands where samples were expected', async () => {
    const [length, samples, window] = [400_000, 200, 512];
    const text = Array.from('x7q!'.repeat(length / 4));
    for (let k = 0; k < samples; k += 1) {
      const stride = length / samples;
      const place = Math.floor(k * stride + ((k * 0.618_034) % 1) * (stride - window));
      text.fill(' ', place, place + window);
    }
    const shown = text.join('');
    const dense = await counter.countText('x7q!'.repeat(10_000));
    expect(await counter.countText(shown)).toBeGreaterThan((dense / 40_000) * (length - samples * window) * 0.8);
  });

  it('finds what is dense in one part of a long text', async () => {
    const prose = 'The quick brown fox jumps over the lazy dog. '.repeat(10_000);
    const dense = '汉'.repeat(450_000);
    const apart = (await counter.countText(prose)) + (await counter.countText(dense));
    expect((await counter.countRequest({ input: [prose, dense] })) / apart).toBeGreaterThan(0.9);
  });

  it('leaves the process to others while it counts a request of 20 MB, and many at once', async () => {
    const messages = Array.from({ length: 100 }, () => ({ role: 'user', content: '汉字a '.repeat(40_000) }));
    let longest = 0;
    let last = performance.now();
    const watch = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    const start = performance.now();
    await Promise.all(Array.from({ length: 8 }, () => counter.countRequest({ messages })));
    clearInterval(watch);
    expect(performance.now() - start).toBeLessThan(5_000);
    // The machine may be busy with other things as well.
    expect(longest).toBeLessThan(250);
  });

  it('is quick with 190 kB without a break, whose windows are all different', async () => {
    const letters = Array.from({ length: 190_000 }, (_, at) => ((at * at * 31 + at * 7) % 9_973) % 26);
    const text = letters.map((letter) => String.fromCodePoint(97 + letter)).join('');
    const start = performance.now();
    expect(await counter.countText(text)).toBeGreaterThan(60_000);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('charges for parts that it does not know by what is in them', async () => {
    const of = (part: object) => counter.countRequest({ messages: [{ role: 'user', content: [part] }] });
    const none = await of({ type: 'none' });
    const data = 'QUJD'.repeat(64_000);
    expect(await of({ type: 'input_audio', input_audio: { data, format: 'wav' } })).toBeGreaterThan(4_000);
    expect(await of({ type: 'file', file: { file_data: `data:application/pdf;base64,${data}` } })).toBeGreaterThan(
      4_000,
    );
    expect(await of({ type: 'input_file', file_id: 'file-1' })).toBeGreaterThan(none + 200);
    expect(await of({ type: 'thinking', thinking: 'hello world' })).toBe(none + 2);
    expect(await counter.countRequest({ input: [{ type: 'function_call', arguments: 'hello world' }] })).toBe(2);
  });

  it('counts messages, parts, images and tools', async () => {
    const text = (content: unknown) => counter.countRequest({ messages: [{ role: 'user', content }] });
    expect(await text('hello world')).toBe(3 + 3 + 1 + 2);
    expect(await text([{ type: 'text', text: 'hello world' }])).toBe(await text('hello world'));
    expect(await text([{ type: 'image_url', image_url: { url: 'data:…' } }])).toBe(3 + 3 + 1 + 765);
    expect(await counter.countRequest({ messages: [], tools: [{ type: 'function' }] })).toBeGreaterThan(3);
    expect(await counter.countRequest({ messages: 'nonsense' })).toBe(0);
  });

  it('counts prompts and inputs, as text or as tokens', async () => {
    expect(await counter.countRequest({ prompt: 'hello world' })).toBe(2);
    expect(await counter.countRequest({ input: ['hello', 'world'] })).toBe(2);
    expect(await counter.countRequest({ input: [1, 2, 3] })).toBe(3);
    expect(await counter.countRequest({ input: [[1, 2], [3]] })).toBe(3);
  });
});
