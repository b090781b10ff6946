import { canonicalPhone } from './phone.js';

describe('canonicalPhone', () => {
  it.each([
    ['+49 (30) 1234-567', '+49301234567'],
    ['0049 30 1234567', '+49301234567'],
    ['+１ ２１２ ５５５ ０１００', '+12125550100'],
  ])('%s is %s', (text, expected) => {
    expect(canonicalPhone(text)).toBe(expected);
  });

  it.each(['030 1234567', '+0301234567', '+49', '+1234567890123456', 'call me', ''])('refuses "%s"', (text) => {
    expect(canonicalPhone(text)).toBeUndefined();
  });
});
