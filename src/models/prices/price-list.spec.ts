import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { findListed, LARGEST_LIST_BYTES, PriceListRefused, readPriceList } from './price-list.js';

const ENTRY = { key: 'm', source: 'https://example.com', date: '2026-11-20', input: '1', output: '2' };
const GOOD = { ...ENTRY, key: 'model' };
const text = (prices: unknown, updated: unknown = '2026-11-20'): string => JSON.stringify({ updated, prices });

describe('readPriceList', () => {
  it('reads every price exactly', () => {
    const { prices } = readPriceList(
      text([
        {
          ...GOOD,
          cachedRead: '0.075',
          perImage: '0.04',
          longContext: { aboveTokens: 200_000, input: '2.5', output: '15' },
        },
      ]),
    );
    expect(prices).toMatchObject([
      {
        key: 'model',
        prices: {
          input: 1_000_000n,
          output: 2_000_000n,
          cachedRead: 75_000n,
          cacheWrite: null,
          perImage: 40_000_000_000n,
          longContext: { aboveTokens: 200_000, input: 2_500_000n, output: 15_000_000n, cachedRead: null },
        },
      },
    ]);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['no object', '[]'],
    ['no prices', text([])],
    ['no list', text({})],
    ['no day', text([GOOD], 'today')],
    ['a key twice', text([GOOD, GOOD])],
    ['a key in upper case', text([{ ...GOOD, key: 'Model' }])],
    ['a key that is in every name', text([{ ...GOOD, key: 'm' }])],
    ['no key', text([{ ...GOOD, key: undefined }])],
    ['no source', text([{ ...GOOD, source: undefined }])],
    ['a source that is no address', text([{ ...GOOD, source: 'a friend' }])],
    ['no date', text([{ ...GOOD, date: '20 Nov' }])],
    ['no output', text([{ ...GOOD, output: undefined }])],
    ['a number', text([{ ...GOOD, input: 1.5 }])],
    ['a negative amount', text([{ ...GOOD, input: '-1' }])],
    ['an amount that is no number', text([{ ...GOOD, input: 'NaN' }])],
    ['a part of a pico-dollar', text([{ ...GOOD, input: '0.0000001' }])],
    ['more than anything costs', text([{ ...GOOD, perImage: '99999' }])],
    ['nothing to pay', text([{ ...GOOD, input: '0', output: '0' }])],
    ['an unknown word', text([{ ...GOOD, inputs: '1' }])],
    ['a tier that is cheaper', text([{ ...GOOD, longContext: { aboveTokens: 1, input: '0.5', output: '2' } }])],
    ['a tier without a threshold', text([{ ...GOOD, longContext: { input: '1', output: '2' } }])],
    ['too many prices', text(Array.from({ length: 5_001 }, (_, i) => ({ ...GOOD, key: `model-${i}` })))],
    ['too much', text([{ ...GOOD, note: 'x'.repeat(LARGEST_LIST_BYTES) }])],
  ])('refuses a list with %s', (_, list) => {
    expect(() => readPriceList(list)).toThrow(PriceListRefused);
  });

  it('refuses or reads whatever a good list is damaged to, and never fails otherwise', () => {
    const good = text([GOOD, { ...GOOD, key: 'other', cachedRead: '0.5' }]);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(8), fc.string({ maxLength: 4 }), (at, gone, put) => {
        try {
          const { prices } = readPriceList(good.slice(0, at) + put + good.slice(at + gone));
          expect(prices.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(PriceListRefused);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the list that comes with the product', () => {
  const list = readPriceList(readFileSync('data/prices.json', 'utf8'));

  it.each([
    ['openai/gpt-4o-mini-2024-07-18', 150_000n, 600_000n],
    ['GPT-4O', 2_500_000n, 10_000_000n],
    ['gpt-4o-2024-05-13', 5_000_000n, 15_000_000n],
    ['anthropic/claude-sonnet-4', 3_000_000n, 15_000_000n],
    ['claude-sonnet-4-20250514', 3_000_000n, 15_000_000n],
  ])('B-05 prices %s', (name, input, output) => {
    expect(findListed(list, name)?.prices).toMatchObject({ input, output });
  });

  it.each([
    ['claude-sonnet-4-5-20250929', 10_000_000_000n],
    ['gpt-5.1-codex', 10_000_000_000n],
    ['gpt-5.5', 10_000_000_000n],
    ['gpt-4o', 25_000_000_000n],
    ['gpt-4.1-nano', null],
  ])('B-05 prices a search of %s', (name, perSearch) => {
    expect(findListed(list, name)?.prices.perSearch).toBe(perSearch);
  });

  it('B-06 knows what caching costs', () => {
    expect(findListed(list, 'claude-sonnet-4')?.prices).toMatchObject({ cacheWrite: 3_750_000n, cachedRead: 300_000n });
  });
});
