import { filterValue } from './ldap.escape.js';

describe('values of LDAP filters', () => {
  it.each([
    ['Ada Lovelace', 'Ada Lovelace'],
    ['Jürgen', 'Jürgen'],
    ['*)(uid=*', String.raw`\2a\29\28uid=\2a`],
    [String.raw`\2a`, String.raw`\5c2a`],
    ['a\0b\n', String.raw`a\00b\0a`],
    ['\u0085', String.raw`\c2\85`],
    ['uid=ada,dc=example', 'uid=ada,dc=example'],
  ])('writes %j as %j', (text, written) => {
    expect(filterValue(text)).toBe(written);
  });
});
