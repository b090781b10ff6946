const E164 = /^\+[1-9]\d{6,14}$/;

/**
 * The one form in which a telephone number is compared and kept: E.164, `+` and at most fifteen digits.
 *
 * @returns undefined for what is no such number; one without its country's code is none
 */
export function canonicalPhone(text: string): string | undefined {
  const digits = text
    .normalize('NFKC')
    .trim()
    .replace(/^00/, '+')
    .replace(/[\s().\-\u2010-\u2015/]/g, '');
  return E164.test(digits) ? digits : undefined;
}
