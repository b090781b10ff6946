import fc from 'fast-check';
import { picoToCredits, picoToUsd, type UnitPrices, usdToPico } from '#libs/kernel';
import { rate, type RatedUsage, worstCase } from './rating.js';

/** Pico-dollars a token, from dollars for a million. */
const perMillion = (usd: string): bigint => usdToPico(usd) / 1_000_000n;

const NOTHING: UnitPrices = {
  input: 0n,
  cachedRead: null,
  cacheWrite: null,
  output: 0n,
  reasoning: null,
  audioInput: null,
  audioOutput: null,
  imageInput: null,
  imageOutput: null,
  perImage: null,
  perRequest: null,
  perSecond: null,
  perCharacter: null,
  perSearch: null,
  longContext: null,
};
const priced = (prices: Partial<UnitPrices>): UnitPrices => ({ ...NOTHING, ...prices });

const MINI = priced({ input: perMillion('0.15'), output: perMillion('0.6'), cachedRead: perMillion('0.075') });
const SONNET = priced({
  input: perMillion('3'),
  output: perMillion('15'),
  cachedRead: perMillion('0.3'),
  cacheWrite: perMillion('3.75'),
});
const credits = (price: UnitPrices, usage: Partial<RatedUsage>): string =>
  picoToCredits(rate(price, { inputTokens: 0, outputTokens: 0, ...usage }).cost);

describe('rate', () => {
  it('B-03 presents 1000 tokens at a rate of 2.5 as 2500 credits, 0.0025 USD', () => {
    const { cost } = rate(priced({ input: perMillion('2.5') }), { inputTokens: 1_000, outputTokens: 0 });
    expect(picoToCredits(cost)).toBe('2500');
    expect(picoToUsd(cost)).toBe('0.0025');
  });

  it('prices input, cached input and output each by itself', () => {
    expect(rate(MINI, { inputTokens: 1_000, cachedInputTokens: 400, outputTokens: 50 }).cost).toBe(
      600n * 150_000n + 400n * 75_000n + 50n * 600_000n,
    );
  });

  it('B-06 prices cache writes and reads at their own rates: 300 + 3750 + 3000', () => {
    const usage = { inputTokens: 11_100, cacheWriteTokens: 1_000, cachedInputTokens: 10_000, outputTokens: 0 };
    const { parts } = rate(SONNET, usage);
    expect([parts.input, parts.cacheWrite, parts.cachedRead].map(picoToCredits)).toEqual(['300', '3750', '3000']);
    expect(credits(SONNET, usage)).toBe('7050');
  });

  it('prices what is written to a cache for an hour like twice the input', () => {
    const usage = { inputTokens: 1_000, cacheWriteTokens: 1_000, longCacheWriteTokens: 600, outputTokens: 0 };
    expect(picoToCredits(rate(SONNET, usage).parts.cacheWrite)).toBe(String(600 * 6 + 400 * 3.75));
  });

  it('B-06 prices cached and written tokens like other input where the model has no rate for them', () => {
    const plain = priced({ input: 7n });
    expect(rate(plain, { inputTokens: 9, cachedInputTokens: 4, cacheWriteTokens: 3, outputTokens: 0 }).cost).toBe(63n);
    expect(credits({ ...MINI, cachedRead: 0n }, { inputTokens: 10, cachedInputTokens: 10 })).toBe('0');
  });

  it('B-08 adds 15 % to an answer that was cut short: 100 tokens at 10 are 1150 credits', () => {
    const price = priced({ input: perMillion('2'), output: perMillion('10') });
    const usage = { inputTokens: 0, outputTokens: 100 };
    expect(picoToCredits(rate(price, usage, { incomplete: true }).cost)).toBe('1150');
    // The prompt was whole.
    expect(picoToCredits(rate(price, { inputTokens: 100, outputTokens: 0 }, { incomplete: true }).cost)).toBe('200');
    expect(rate(price, usage).parts.incomplete).toBe(0n);
  });

  it('B-08 rounds the surcharge down to a pico-dollar, and never lifts a call above what was held', () => {
    const price = priced({ output: 1n });
    expect(rate(price, { inputTokens: 0, outputTokens: 7 }, { incomplete: true }).cost).toBe(8n);
    expect(rate(price, { inputTokens: 0, outputTokens: 6 }, { incomplete: true }).cost).toBe(6n);
    expect(rate(price, { inputTokens: 0, outputTokens: 100 }, { incomplete: true, atMost: 104n }).cost).toBe(104n);
    expect(rate(price, { inputTokens: 0, outputTokens: 100 }, { incomplete: true, atMost: 50n }).cost).toBe(100n);
  });

  it('B-19 rates the whole call at the premium tier above the threshold, and normally at it', () => {
    const price = priced({
      input: 2n,
      output: 10n,
      cachedRead: 1n,
      longContext: { aboveTokens: 200_000, input: 4n, output: 15n, cachedRead: null, cacheWrite: null },
    });
    expect(rate(price, { inputTokens: 200_000, outputTokens: 10 }).cost).toBe(400_100n);
    expect(rate(price, { inputTokens: 200_001, outputTokens: 10 }).cost).toBe(800_154n);
    // No rate of its own for cached tokens in the tier: they cost what its input costs.
    expect(rate(price, { inputTokens: 200_001, cachedInputTokens: 1, outputTokens: 0 }).cost).toBe(800_004n);
  });

  it.each([NaN, -1, -Infinity, Infinity])('counts %p tokens as none', (tokens) => {
    expect(rate(MINI, { inputTokens: tokens, outputTokens: tokens }).cost).toBe(0n);
    expect(rate(MINI, { inputTokens: 10, cachedInputTokens: tokens, outputTokens: 0 }).cost).toBe(1_500_000n);
    expect(worstCase(MINI, { inputBound: tokens, outputBound: tokens })).toBe(0n);
  });

  it('never counts more parts than their whole', () => {
    const usage = { inputTokens: 10, cachedInputTokens: 15, cacheWriteTokens: 5, outputTokens: 2, reasoningTokens: 9 };
    expect(rate(SONNET, usage).cost).toBe(
      rate(SONNET, { inputTokens: 10, cachedInputTokens: 10, outputTokens: 2 }).cost,
    );
  });

  it('prices everything that is no token', () => {
    const price = priced({ perImage: 5n, perRequest: 7n, perSecond: 11n, perCharacter: 13n, perSearch: 17n });
    const usage = { images: 2, audioSeconds: 1.2, characters: 3, searches: 1, inputTokens: 0, outputTokens: 0 };
    expect(rate(price, usage).parts).toMatchObject({
      images: 10n,
      requests: 7n,
      seconds: 22n,
      characters: 39n,
      searches: 17n,
    });
    expect(rate(price, { ...usage, requests: 0 }).parts.requests).toBe(0n);
  });

  it('is exact where floating point is not', () => {
    const tiny = priced({ input: 1n, output: 3n });
    expect(rate(tiny, { inputTokens: 9_007_199_254_740_991, outputTokens: 1 }).cost).toBe(9_007_199_254_740_994n);
  });
});

describe('worstCase', () => {
  it('takes the dearest kind of token and the dearest tier that could apply', () => {
    const price = priced({
      input: 2n,
      cacheWrite: 3n,
      output: 10n,
      reasoning: 12n,
      perRequest: 1n,
      longContext: { aboveTokens: 100, input: 4n, output: 15n, cachedRead: null, cacheWrite: null },
    });
    expect(worstCase(price, { inputBound: 100, outputBound: 10 })).toBe(400n + 120n + 1n);
    const brief = { inputBound: 100, outputBound: 10, mayWriteCacheForLong: false };
    expect(worstCase(price, brief)).toBe(300n + 120n + 1n);
    expect(worstCase(price, { inputBound: 100, outputBound: 10, mayWriteCache: false })).toBe(200n + 120n + 1n);
    expect(worstCase(price, { inputBound: 101, outputBound: 10 })).toBe(404n + 150n + 1n);
  });
});

const pico = fc.bigInt({ min: 0n, max: 100_000_000n });
const maybe = fc.option(pico, { nil: null });

/** Any price whose long tier is nowhere cheaper than its normal one, which is what the catalogue accepts. */
const anyPrice: fc.Arbitrary<UnitPrices> = fc
  .record({
    input: pico,
    cachedRead: maybe,
    cacheWrite: maybe,
    output: pico,
    reasoning: maybe,
    audioInput: maybe,
    audioOutput: maybe,
    imageInput: maybe,
    imageOutput: maybe,
    perImage: maybe,
    perRequest: maybe,
    perSecond: maybe,
    perCharacter: maybe,
    perSearch: maybe,
    tier: fc.option(fc.tuple(fc.nat(1_000), pico, pico), { nil: null }),
  })
  .map(({ tier, ...prices }) => ({
    ...prices,
    longContext: tier && {
      aboveTokens: tier[0],
      input: prices.input + tier[1],
      output: prices.output + tier[2],
      cachedRead: prices.cachedRead === null ? null : prices.cachedRead + tier[1],
      cacheWrite: prices.cacheWrite === null ? null : prices.cacheWrite + tier[1],
    },
  }));

const tokens = fc.nat(2_000);
const anyUsage = fc.record({
  inputTokens: tokens,
  cachedInputTokens: tokens,
  cacheWriteTokens: tokens,
  longCacheWriteTokens: tokens,
  audioInputTokens: tokens,
  imageInputTokens: tokens,
  outputTokens: tokens,
  reasoningTokens: tokens,
  audioOutputTokens: tokens,
  imageOutputTokens: tokens,
  images: fc.nat(9),
  audioSeconds: fc.double({ min: 0, max: 99, noNaN: true }),
  characters: tokens,
  searches: fc.nat(9),
});

describe('for every price and usage', () => {
  it('the parts sum to the cost, and none is negative', () => {
    fc.assert(
      fc.property(anyPrice, anyUsage, fc.boolean(), (price, usage, incomplete) => {
        const { cost, parts } = rate(price, usage, { incomplete });
        const all = Object.values<bigint>({ ...parts });
        expect(all.reduce((total, part) => total + part, 0n)).toBe(cost);
        expect(all.every((part) => part >= 0n)).toBe(true);
      }),
    );
  });

  it('more tokens never cost less', () => {
    fc.assert(
      fc.property(anyPrice, anyUsage, fc.nat(500), fc.nat(500), (price, usage, input, output) => {
        const more = {
          ...usage,
          inputTokens: usage.inputTokens + input,
          outputTokens: usage.outputTokens + output,
        };
        expect(rate(price, more).cost).toBeGreaterThanOrEqual(rate(price, usage).cost);
      }),
    );
  });

  it('no usage within the bounds costs more than the worst case, cut short or not', () => {
    fc.assert(
      fc.property(anyPrice, anyUsage, fc.nat(500), fc.nat(500), (price, usage, input, output) => {
        const bounds = {
          ...usage,
          inputBound: usage.inputTokens + input,
          outputBound: usage.outputTokens + output,
        };
        const most = worstCase(price, bounds);
        expect(rate(price, usage).cost).toBeLessThanOrEqual(most);
        expect(rate(price, usage, { incomplete: true, atMost: most }).cost).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('whatever is reported, the cost is finite and not negative', () => {
    const wild = fc.oneof(fc.double(), fc.integer(), fc.constant(undefined));
    const reported = fc.record({
      inputTokens: fc.double(),
      outputTokens: fc.double(),
      cachedInputTokens: wild,
      cacheWriteTokens: wild,
      reasoningTokens: wild,
      audioSeconds: wild,
    });
    fc.assert(
      fc.property(anyPrice, reported, (price, usage) => {
        expect(rate(price, usage as RatedUsage).cost).toBeGreaterThanOrEqual(0n);
      }),
    );
  });
});
