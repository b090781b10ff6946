import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { GeneratedText } from './generated-text.js';

const LONG = 200_000;

describe('a generated text', () => {
  it('is what was added, up to the most that is kept', () => {
    const text = new GeneratedText(5_000);
    let all = '';
    for (let n = 0; n < 2_000; n += 1) {
      const piece = `${n} né `;
      all += piece;
      text.add(piece);
    }
    expect([text.text, text.chars]).toEqual([all.slice(0, 5_000), all.length]);
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

  it('takes the room of its characters, not of the events that it came in', () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const texts = Array.from({ length: 20 }, () => new GeneratedText());
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n * 16 < LONG; n += 1) {
      for (const text of texts)
        text.add(
          /content":"(.*)"/.exec(`{"id":"${'x'.repeat(200)}${n}","content":"sixteen ${n + 10_000_000}"}`)?.[1] ?? '',
        );
    }
    gc();
    expect(texts[0]?.chars).toBe(LONG);
    expect((process.memoryUsage().heapUsed - before) / (LONG * texts.length)).toBeLessThan(1.6);
  });
});
