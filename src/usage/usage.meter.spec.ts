import { usdToPico } from '#libs/kernel';
import { Metrics } from '#libs/observability';
import { Budgets } from './budgets/budgets.js';
import { UsageLedgerRepository } from './usage-ledger.repository.js';
import { UsageMeter } from './usage.meter.js';

const perMillion = (usd: string): bigint => usdToPico(usd) / 1_000_000n;

describe('UsageMeter.rate', () => {
  // Rating asks nobody; an object without a database shows it.
  const meter = new UsageMeter(
    Object.create(UsageLedgerRepository.prototype) as UsageLedgerRepository,
    Object.create(Budgets.prototype) as Budgets,
    new Metrics(),
  );
  const prices = {
    inputPrice: perMillion('0.15'),
    outputPrice: perMillion('0.6'),
    cachedInputPrice: perMillion('0.075'),
  };
  const tokens = (inputTokens: number, cachedInputTokens: number, outputTokens: number) => ({
    inputTokens,
    cachedInputTokens,
    outputTokens,
  });

  it('prices input, cached input and output each by itself', () => {
    expect(meter.rate(prices, tokens(1_000, 400, 50))).toBe(600n * 150_000n + 400n * 75_000n + 50n * 600_000n);
  });

  it('prices cached input like other input where no price of its own is known', () => {
    const plain = { ...prices, cachedInputPrice: null };
    expect(meter.rate(plain, tokens(1_000, 400, 0))).toBe(meter.rate(plain, tokens(1_000, 0, 0)));
  });

  it('lets free cached tokens cost nothing', () => {
    expect(meter.rate({ ...prices, cachedInputPrice: 0n }, tokens(10, 10, 0))).toBe(0n);
  });

  it('never counts more cached tokens than there were', () => {
    expect(meter.rate(prices, tokens(10, 15, 0))).toBe(meter.rate(prices, tokens(10, 10, 0)));
  });

  it('is exact where floating point is not', () => {
    const tiny = { inputPrice: 1n, outputPrice: 3n, cachedInputPrice: null };
    expect(meter.rate(tiny, tokens(9_007_199_254_740_991, 0, 1))).toBe(9_007_199_254_740_994n);
  });
});
