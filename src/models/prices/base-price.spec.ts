import type { UpstreamModel } from '#libs/upstream';
import { basePrice } from './base-price.js';
import { type PriceList, readPriceList } from './price-list.js';

const listed = (key: string, input: string, output: string, more: object = {}): object => ({
  key,
  source: 'https://example.com/pricing',
  date: '2026-11-20',
  input,
  output,
  ...more,
});
const listOf = (...prices: object[]): PriceList => readPriceList(JSON.stringify({ updated: '2026-11-20', prices }));

const LIST = listOf(
  listed('gpt-4o', '2.5', '10', { cachedRead: '1.25' }),
  listed('gpt-4o-2024-05-13', '5', '15'),
  listed('gpt-4o-mini', '0.15', '0.6'),
  listed('gpt-5', '1.25', '10'),
  listed('o3', '2', '8'),
);
const DEFAULT_PRICE = 6_000_000n;

const model = (name: string, traits: Partial<UpstreamModel> = {}): UpstreamModel => ({
  name,
  upstreamName: name,
  supportsVision: false,
  supportsTools: false,
  supportsStreaming: true,
  supportsEmbeddings: false,
  ...traits,
});
const priceOf = (name: string, traits: Partial<UpstreamModel> = {}, list: PriceList | undefined = LIST) =>
  basePrice(model(name, traits), { list, defaultPrice: DEFAULT_PRICE });

describe('basePrice', () => {
  it.each([
    ['openai/gpt-4o-mini-2024-07-18', 150_000n, 600_000n],
    ['GPT-4O', 2_500_000n, 10_000_000n],
    ['gpt-4o-2024-05-13', 5_000_000n, 15_000_000n],
    ['gpt-4o-2024-08-06', 2_500_000n, 10_000_000n],
    ['azure/eu.gpt-4o', 2_500_000n, 10_000_000n],
  ])('B-05 prices %s by its name or the longest key in it', (name, input, output) => {
    expect(priceOf(name)).toMatchObject({ input, output, source: 'list', sourceUrl: 'https://example.com/pricing' });
  });

  it.each(['gpt-4omni', 'foo3', 'gpt-5.1', 'to3-large', 'gpt-50'])('B-05 finds no key inside a word: %s', (name) => {
    expect(priceOf(name)).toMatchObject({ source: 'default' });
  });

  it('B-05 takes the last of two keys of the same length', () => {
    const list = listOf(listed('abc', '1', '1'), listed('xyz', '2', '2'));
    expect(priceOf('abc-xyz', {}, list)).toMatchObject({ input: 2_000_000n });
    expect(priceOf('xyz-abc', {}, list)).toMatchObject({ input: 2_000_000n });
    const turned = listOf(listed('xyz', '2', '2'), listed('abc', '1', '1'));
    expect(priceOf('abc-xyz', {}, turned)).toMatchObject({ input: 1_000_000n });
  });

  it('B-07 prices at the default what nobody prices: 10 tokens are 60 credits', () => {
    const price = priceOf('unknown');
    expect(price).toMatchObject({ input: DEFAULT_PRICE, output: DEFAULT_PRICE, source: 'default', sourceNote: null });
    expect(price.input * 10n).toBe(60n * 1_000_000n);
  });

  it("lets the provider's own price win over the list's, also where it says nothing is charged", () => {
    expect(priceOf('gpt-4o', { inputPrice: 7n, outputPrice: 9n })).toMatchObject({
      input: 7n,
      output: 9n,
      // The list's price of cached tokens would not go with it.
      cachedRead: null,
      source: 'upstream',
    });
    expect(priceOf('gpt-4o', { inputPrice: 0n, outputPrice: 0n })).toMatchObject({ input: 0n, source: 'upstream' });
  });

  it('never takes half a price for a whole one', () => {
    expect(priceOf('gpt-4o', { inputPrice: 0n })).toMatchObject({ input: 0n, output: 10_000_000n, source: 'list' });
    expect(priceOf('unknown', { inputPrice: 0n })).toMatchObject({ output: DEFAULT_PRICE, source: 'default' });
    expect(priceOf('unknown', { outputPrice: 1n })).toMatchObject({ input: DEFAULT_PRICE, source: 'default' });
  });

  it('misses no price of output where there is no output, or no token is charged', () => {
    expect(priceOf('embed', { inputPrice: 2n, supportsEmbeddings: true })).toMatchObject({
      input: 2n,
      output: 0n,
      source: 'upstream',
    });
    expect(priceOf('whisper', { otherPrices: { perSecond: 100n } })).toMatchObject({
      input: 0n,
      output: 0n,
      perSecond: 100n,
      source: 'upstream',
    });
    const imageOutput = 30_000_000n;
    expect(priceOf('image', { inputPrice: 2n, otherPrices: { imageOutput } })).toMatchObject({
      input: 2n,
      output: imageOutput,
      imageOutput,
      source: 'upstream',
    });
    expect(priceOf('chat', { otherPrices: { perSearch: 100n } })).toMatchObject({ source: 'default' });
  });

  it('drops a tier that makes long prompts cheaper', () => {
    const longContext = { aboveTokens: 10, input: 1n, output: 9n, cachedRead: null, cacheWrite: null };
    const price = priceOf('x', { inputPrice: 2n, outputPrice: 9n, otherPrices: { longContext } });
    expect(price).toMatchObject({ input: 2n, longContext: null, source: 'upstream' });
  });
});
