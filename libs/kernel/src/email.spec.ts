import fc from 'fast-check';
import { canonicalEmail, maskedEmail } from './email.js';

describe('canonicalEmail', () => {
  it.each([
    ['as it is', 'ada@example.com', 'ada@example.com'],
    ['capitals', 'Ada@Example.COM', 'ada@example.com'],
    ['spaces around', ' \t ada@example.com\u00a0\n', 'ada@example.com'],
    ['full-width letters', 'ａｄａ＠example.com', 'ada@example.com'],
    ['a letter and its accent apart', 'jose\u0301@example.com', 'josé@example.com'],
    ['a letter that is composed in lower case only', 'H\u0331@example.com', '\u1e96@example.com'],
    ['the sign of Kelvin', '\u212aim@example.com', 'kim@example.com'],
    ['an i without its dot, which is another letter', 'k\u0131m@example.com', 'k\u0131m@example.com'],
    ['a ligature', 'o\ufb03ce@example.com', 'office@example.com'],
  ])('%s', (_case, text, expected) => {
    expect(canonicalEmail(text)).toBe(expected);
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(canonicalEmail(canonicalEmail(text))).toBe(canonicalEmail(text));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('maskedEmail', () => {
  it.each([
    ['ada@example.com', 'a***@e***.com'],
    ['a@mail.example.co.uk', 'a***@m***.uk'],
    ['"a@b"@example.com', '"***@e***.com'],
    ['root@localhost', 'r***@l***'],
    ['no address', 'n***'],
    ['', '***'],
  ])('%s is %s', (address, expected) => {
    expect(maskedEmail(address)).toBe(expected);
  });
});
