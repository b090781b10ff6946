import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { GeneratedText } from './generated-text.js';

const LONG = 200_000;

describe('a generated text', () => {
  it('is what was added, in pieces of any length', () => {
    const text = new GeneratedText(LONG);
    const pieces = Array.from({ length: 300 }, (_, n) => `${n} né 🌍`.repeat((n * 7) % 60));
    pieces.forEach((piece) => text.add(piece));
    const all = pieces.join('');
    expect(all.length).toBeGreaterThan(20_000);
    expect([text.text, text.chars]).toEqual([all, all.length]);
  });

  it('is whole up to its limit, however much that is', () => {
    const text = GeneratedText.by((add) => add('0123456789'.repeat(LONG)));
    expect([text.text.length, text.chars]).toEqual([10 * LONG, 10 * LONG]);
  });

  it('keeps a sample of what is longer, from all parts of it alike', () => {
    const text = new GeneratedText(LONG);
    const parts = ['a', 'b', 'c', 'd'];
    for (const part of parts) for (let n = 0; n < 1_000_000; n += 10) text.add(part.repeat(10));
    expect(text.chars).toBe(4_000_000);
    expect(text.text.length).toBeLessThan(LONG * 1.1);
    const shares = parts.map((part) => text.text.split(part).length / text.text.length);
    for (const share of shares) expect(Math.abs(share - 0.25)).toBeLessThan(0.05);
  });

  it('keeps a sample that is not the same each time', () => {
    const samples = [0, 1].map(() => {
      const text = new GeneratedText(LONG);
      for (let n = 0; n < 200_000; n += 1) text.add(`${n} `);
      return text.text;
    });
    expect(samples[0]).not.toBe(samples[1]);
  });

  it.each([
    ['', 0],
    ['hello world', 3],
    ['hello world ', 3_000],
    ['汉字', 2],
    ['汉字', 3_000],
  ])('is guessed by its bytes and its script: %j', (piece, times) => {
    const [text, cut] = [new GeneratedText(), new GeneratedText(600)];
    for (let n = 0; n < times; n += 1) [text, cut].forEach((each) => each.add(piece));
    const exact = (Buffer.byteLength(piece) * times) / (piece.startsWith('汉') ? 3 : 4);
    expect([text.estimate, cut.estimate]).toEqual([Math.ceil(exact), Math.ceil(exact)]);
  });

  it('is guessed without being read again', () => {
    const text = new GeneratedText();
    while (text.chars < LONG) text.add('word ');
    const measure = jest.spyOn(Buffer, 'byteLength');
    try {
      for (let n = 0; n < 100; n += 1) {
        text.add('more');
        expect(text.estimate).toBeGreaterThan(LONG / 4);
      }
      expect(Math.max(...measure.mock.calls.map(([read]) => (read as string).length))).toBeLessThan(2_000);
    } finally {
      measure.mockRestore();
    }
  });

  it.each([
    ['many small pieces', 16, 200],
    ['pieces as long as a block', 1_100, 3_000],
    ['one piece', LONG, 400_000],
  ])('takes the room of its characters, not of the events that it came in: %s', (_, length, around) => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const texts = Array.from({ length: 20 }, () => new GeneratedText(LONG));
    const settle = (): number => {
      gc();
      gc();
      return process.memoryUsage().heapUsed;
    };
    const before = settle();
    for (let n = 0; n * length < LONG; n += 1) for (const text of texts) text.add(cutFromEvent(n, length, around));
    expect((settle() - before) / (LONG * texts.length)).toBeLessThan(1.6);
    expect(texts[0]?.chars).toBeGreaterThanOrEqual(LONG);
  });
});

function cutFromEvent(n: number, length: number, around: number): string {
  const event = `{"id":"${'x'.repeat(around)}${n}","content":"${String(n).padStart(length, '-')}"}`;
  return /content":"(.*)"/.exec(event)?.[1] ?? '';
}
