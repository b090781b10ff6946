import fc from 'fast-check';
import { returnPath } from './return.path.js';

const ORIGIN = 'https://sluice.example.com';

/** Every way that we know of to leave a site through a path. */
const HOSTILE = [
  '',
  ' ',
  '.',
  '..',
  'evil.com',
  'evil.com/',
  '@evil.com',
  '\\',
  '\\evil.com',
  '?',
  '#',
  '?x=//evil.com',
  '//',
  '///',
  '////',
  '//evil.com',
  '///evil.com',
  '////evil.com',
  '//evil.com/%2f..',
  '//evil.com@sluice.example.com',
  '/\\',
  '/\\evil.com',
  '/\\/evil.com',
  '\\/evil.com',
  '\\\\evil.com',
  '/\\\\evil.com',
  '//\\evil.com',
  '\\/\\/evil.com',
  '/a\\..\\\\evil.com',
  '/%5cevil.com',
  '/%5Cevil.com',
  '/%5c%5cevil.com',
  '/%2fevil.com',
  '/%2Fevil.com',
  '/%2f%2fevil.com',
  '/.//evil.com',
  '/./%2fevil.com/..//evil.com',
  '/..//evil.com',
  '/a/..//evil.com',
  '/a/../..//evil.com',
  '/%2e//evil.com',
  '/%2e%2e//evil.com',
  '/.%2e//evil.com',
  '/%2E/%2E%2E//evil.com',
  'http:evil.com',
  'http:/evil.com',
  'http://evil.com',
  'https:evil.com',
  'https:/evil.com',
  'https:///evil.com',
  'https://evil.com',
  'https://sluice.example.com',
  'https://sluice.example.com/',
  'https://sluice.example.com.evil.com',
  'https://sluice.example.com@evil.com',
  'https://evil.com#sluice.example.com',
  'HTTPS://EVIL.COM',
  'ftp://evil.com',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'javascript://sluice.example.com/%0aalert(1)',
  '\tjavascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:https://evil.com/x',
  'about:blank',
  'mailto:a@evil.com',
  'view-source:x',
  '/\t/evil.com',
  '/\n/evil.com',
  '/\r/evil.com',
  '/\r\n/evil.com',
  '\t//evil.com',
  ' //evil.com',
  '/ /evil.com',
  '/\u0000/evil.com',
  '/x\r\nSet-Cookie: a=b',
  '/%0d%0aSet-Cookie:a=b',
  '/%0Aevil',
  '/%0d',
  '/%00',
  '/%09/evil.com',
  '/%1f',
  '/%7f',
  '/x%0D%0ALocation:%20https://evil.com',
  '/\u2028',
  '/\u2029',
  '/\u200b/evil.com',
  '/\uff0fevil.com',
  '/\u3002evil.com',
  '/\ufeff/evil.com',
  '\u00a0//evil.com',
  '/é',
  '〱evil.com',
  '/\ud800',
  `/${'a'.repeat(3_000)}`,
];

describe('the way back after signing in', () => {
  it.each(HOSTILE.map((text) => [JSON.stringify(text).slice(0, 60), text]))('refuses %s', (_shown, text) => {
    expect(() => returnPath(text, ORIGIN)).toThrow(expect.objectContaining({ code: 'return_to_invalid' }) as Error);
  });

  it('knows more than eighty ways out', () => {
    expect(new Set(HOSTILE).size).toBeGreaterThanOrEqual(80);
  });

  it.each([
    [undefined, '/'],
    ['/', '/'],
    ['/chat', '/chat'],
    ['/chat?model=a&x=%2F%2Fb#there', '/chat?model=a&x=%2F%2Fb#there'],
    ['/a/../b', '/b'],
    ['/to?next=https://evil.com', '/to?next=https://evil.com'],
    ['/@evil.com', '/@evil.com'],
    ['/:443', '/:443'],
  ])('takes %s', (given, path) => {
    expect(returnPath(given, ORIGIN)).toBe(path);
  });

  it('leads nowhere else, whatever is asked for', () => {
    const pieces = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '%2f',
      '%5c',
      '%0d',
      '@',
      ':',
      '?',
      '#',
      'evil.com',
      'https:',
      '\t',
      '\n',
      ' ',
      'é',
      'a',
    );
    const text = fc.oneof(
      fc.string(),
      fc.webPath(),
      fc.array(pieces, { maxLength: 12 }).map((parts) => `/${parts.join('')}`),
    );
    fc.assert(
      fc.property(text, (given) => {
        let path: string;
        try {
          path = returnPath(given, ORIGIN);
        } catch {
          return;
        }
        expect(path).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/);
        expect(new URL(path, ORIGIN).origin).toBe(ORIGIN);
        expect(new URL(ORIGIN + path).host).toBe('sluice.example.com');
      }),
      { numRuns: 3_000 },
    );
  });
});
