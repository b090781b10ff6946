import fc from 'fast-check';
import { picoToUsd, usdToPico } from './money.js';

describe('usdToPico', () => {
  it.each([
    ['0', 0n],
    ['1', 1_000_000_000_000n],
    ['0.15', 150_000_000_000n],
    ['1.5e-07', 150_000n],
    ['2.5E-6', 2_500_000n],
    ['-0.000000000001', -1n],
    ['1e2', 100_000_000_000_000n],
  ])('reads %s exactly', (text, pico) => {
    expect(usdToPico(text)).toBe(pico);
  });

  it.each(['', 'NaN', 'Infinity', '1,5', '0x10', '1e', '--1', '1e-13', '0.0000000000001'])('refuses %p', (text) => {
    expect(() => usdToPico(text)).toThrow(RangeError);
  });

  it('reads back whatever picoToUsd writes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (pico) => usdToPico(picoToUsd(pico)) === pico),
    );
  });
});
