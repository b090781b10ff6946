import { generateSync } from 'otplib';
import { newTotpSecret, totpStepOf, totpUri } from './totp.js';

describe('one-time codes', () => {
  /** RFC 6238, appendix B, SHA-1; six digits are the last six of eight. */
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('are those of the RFC at %d', (seconds, code) => {
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    expect(totpStepOf(secret, code, new Date(seconds * 1_000))).toBe(Math.floor(seconds / 30));
  });

  it.each([
    [-2, false],
    [-1, true],
    [0, true],
    [1, true],
    [2, false],
  ])('are good %d steps away: %s', (steps, good) => {
    const secret = newTotpSecret();
    // At both ends of a step.
    for (const seconds of [1_700_000_010, 1_700_000_039]) {
      const code = generateSync({ secret, epoch: seconds + steps * 30 });
      const step = totpStepOf(secret, code, new Date(seconds * 1_000));
      expect(step).toBe(good ? Math.floor(seconds / 30) + steps : undefined);
    }
  });

  it.each(['', '12345', '1234567', 'abcdef', '１２３４５６', ' 123456', '12345\n'])(
    'are no text such as %j',
    (code) => {
      expect(totpStepOf(newTotpSecret(), code, new Date())).toBeUndefined();
    },
  );

  it('come from a secret of 160 bits, which an app can scan', () => {
    const secret = newTotpSecret();
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(newTotpSecret()).not.toBe(secret);
    const uri = new URL(totpUri(secret, 'ada+1@example.com'));
    expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual([
      'otpauth:',
      'totp',
      '/Sluice:ada+1@example.com',
    ]);
    expect(uri.searchParams.get('secret')).toBe(secret);
    expect(uri.searchParams.get('issuer')).toBe('Sluice');
  });
});
