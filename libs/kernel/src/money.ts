/**
 * Money is an integer of pico-dollars: 1 USD = 10^12. A price of 0.15 USD for a million tokens is
 * 150 000 pico-dollars a token, so every price on the market is exact and no cost is ever rounded.
 */
export type Pico = bigint;

export const PICO_PER_USD = 1_000_000_000_000n;
/** A million credits are a dollar, so a model's price for a million tokens in dollars is its price for one in credits. */
export const PICO_PER_CREDIT = 1_000_000n;
const DECIMALS = 12;
const CREDIT_DECIMALS = 6;
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/i;

/**
 * Reads a decimal of US dollars, `"2.5"` or `"1.5e-07"`, exactly.
 *
 * @throws RangeError when the text is not a decimal number or has a part below one pico-dollar
 */
export function usdToPico(decimal: string): Pico {
  const match = DECIMAL.exec(decimal.trim());
  if (!match) throw new RangeError('not a decimal amount');
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent) - fraction.length + DECIMALS;
  const digits = BigInt(whole + fraction);
  let pico = digits;
  if (shift >= 0) {
    pico = digits * 10n ** BigInt(shift);
  } else {
    const divisor = 10n ** BigInt(-shift);
    if (digits % divisor !== 0n) throw new RangeError('finer than a pico-dollar');
    pico = digits / divisor;
  }
  return sign ? -pico : pico;
}

/** The exact decimal of US dollars, without trailing zeros: `150000n` → `"0.00000015"`. */
export function picoToUsd(pico: Pico): string {
  return decimalOf(pico, DECIMALS);
}

/** The exact decimal of credits, without trailing zeros: `2_500_000_000n` → `"2500"`, `150_000n` → `"0.15"`. */
export function picoToCredits(pico: Pico): string {
  return decimalOf(pico, CREDIT_DECIMALS);
}

/** An integer with its point moved to the left, without trailing zeros. */
function decimalOf(integer: bigint, decimals: number): string {
  const digits = (integer < 0n ? -integer : integer).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, -decimals);
  const fraction = digits.slice(-decimals).replace(/0+$/, '');
  return `${integer < 0n ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`;
}
