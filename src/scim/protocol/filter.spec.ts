import { parseFilter } from './filter.js';
import { matches } from './filter.match.js';
import { anyCase, exactly, toSql } from './filter.sql.js';

const TERMS = {
  username: exactly('s.user_name'),
  displayname: anyCase('s.display_name'),
  'emails.value': exactly('e'),
};

describe('SCIM filters', () => {
  it('reads the grammar of RFC 7644: or binds least, not most, names and operators in any case', () => {
    expect(parseFilter('userName Eq "a" AND active eq true or not (displayName pr)')).toEqual({
      kind: 'or',
      parts: [
        {
          kind: 'and',
          parts: [
            { kind: 'compare', path: { attribute: 'username' }, operator: 'eq', value: 'a' },
            { kind: 'compare', path: { attribute: 'active' }, operator: 'eq', value: true },
          ],
        },
        { kind: 'not', part: { kind: 'present', path: { attribute: 'displayname' } } },
      ],
    });
    expect(parseFilter('urn:ietf:params:scim:schemas:core:2.0:User:name.givenName sw "\\u0041\\"" ')).toEqual({
      kind: 'compare',
      path: { attribute: 'name', sub: 'givenname' },
      operator: 'sw',
      value: 'A"',
    });
    expect(parseFilter('emails[type eq "work" and value co "@x"]')).toMatchObject({
      kind: 'within',
      path: { attribute: 'emails' },
    });
  });

  it.each([
    '',
    ' ',
    'userName',
    'userName eq',
    'userName eq a',
    'eq "a"',
    'userName eq "a',
    'userName eq "a" and',
    '(userName pr',
    'userName pr)',
    'userName zz "a"',
    'userName eq "a" userName pr',
    'emails[type eq "x"',
    'not userName pr',
    "userName eq 'a'",
    'user name pr',
    'userName eq "\\x"',
    'a.b.c pr',
    'userName eq "a"; DROP TABLE users',
    `${'('.repeat(11)}userName pr${')'.repeat(11)}`,
    Array.from({ length: 51 }, () => 'active pr').join(' or '),
    `userName eq "${'a'.repeat(2_000)}"`,
  ])('refuses %j', (text) => {
    expect(() => parseFilter(text)).toThrow(expect.objectContaining({ code: 'scim_invalid_filter' }) as Error);
  });

  it('needs no time for what is made to take long', () => {
    const startedAt = performance.now();
    for (const text of [
      '"'.repeat(2_000),
      '\\'.repeat(2_000),
      `"${'\\"'.repeat(990)}`,
      ' '.repeat(2_000),
      'a.'.repeat(1_000),
      '['.repeat(2_000),
    ]) {
      expect(() => parseFilter(text)).toThrow();
    }
    expect(performance.now() - startedAt).toBeLessThan(100);
  });

  it('becomes SQL in which values are parameters, and refuses what no term answers', async () => {
    const { sql, values } = await toSql(parseFilter(`userName eq "'; --" and not (displayName sw "A")`), TERMS);
    expect(sql).toBe('(s.user_name = $1 AND NOT coalesce(starts_with(lower(s.display_name), lower($2::text)), false))');
    expect(values).toEqual(["'; --", 'A']);
    expect((await toSql(parseFilter('emails[value eq "a"]'), TERMS)).sql).toBe('e = $1');
    for (const text of ['password eq "a"', 'constructor pr', 'userName co "a"', 'userName eq 1', 'emails[type pr]']) {
      await expect(toSql(parseFilter(text), TERMS)).rejects.toMatchObject({ code: 'scim_invalid_filter' });
    }
  });

  it.each([
    ['type eq "WORK"', true],
    ['type ne "work"', false],
    ['value ew "@example.com" and primary eq true', true],
    ['primary eq "True"', true],
    ['display pr', false],
    ['type eq "home" or type co "or"', true],
    ['not (type eq "home")', true],
  ])('finds by %s: %s', (text, found) => {
    expect(matches(parseFilter(text), { type: 'work', value: 'a@example.com', primary: true })).toBe(found);
  });
});
