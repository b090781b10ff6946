import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { BytePairs, MAX_CHARS } from './byte.pairs.js';
import { loadTokenTables } from './token.tables.js';

const AS_TEXT = { disallowedSpecial: new Set<string>() };
const BITS = [
  'The quick brown fox jumps over the lazy dog. ',
  'antidisestablishmentarianism',
  "I'LL they've WE'RE o'clock ",
  'const tokens = (await counter.countAll([text])) ?? 0;\n\t\t',
  '{"a":[1,22,333,4444,55555],"b":null}',
  '   \n\n  \r\n',
  '汉字かな한국어',
  'Ωμέγα привет שלום مرحبا नमस्ते',
  '👩‍👩‍👧‍👦🏴‍☠️é',
  '\ud83c',
  '\u{0}\u{1f}\u{7f}\u{80}',
  '<|endoftext|>',
  'aaaaaaaaaaaaaaaaaaaaaaaa',
  '=======////////',
  'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=',
];

describe('BytePairs', () => {
  let pairs: BytePairs;
  beforeAll(async () => (pairs = new BytePairs(await loadTokenTables())));

  it('counts what the library counts, for 5,000 texts of every kind', () => {
    const random = (below: number): number => Math.floor(Math.random() * below);
    const texts = Array.from({ length: 5_000 }, () => {
      const bits = Array.from({ length: 1 + random(12) }, () => {
        const bit = BITS[random(BITS.length)] ?? '';
        return random(3) === 0 ? bit.slice(random(bit.length)) : bit;
      });
      return bits.join('').slice(0, MAX_CHARS);
    });
    expect(texts.filter((text) => pairs.count(text) !== countTokens(text, AS_TEXT))).toEqual([]);
  });

  it('counts every single character of the first planes as the library does', () => {
    const wrong: number[] = [];
    for (let code = 0; code < 0x30000; code += 7) {
      const text = String.fromCodePoint(code);
      if (pairs.count(text) !== countTokens(text, AS_TEXT)) wrong.push(code);
    }
    expect(wrong).toEqual([]);
  });
});
