import { checkedAddress } from './address.check.js';

describe('the address of a provider', () => {
  it.each([
    'http://169.254.169.254',
    'http://0xa9fea9fe/v1',
    'http://2852039166',
    'http://[::ffff:169.254.169.254]/v1',
    'http://[fe80::1]',
    'http://100.100.100.200',
    'http://0.0.0.0:80',
    'http://224.0.0.1',
  ])('K-01 refuses %s, whatever is allowed', (url) => {
    expect(() => checkedAddress(url, true)).toThrow('must not be a link-local');
  });

  it.each(['http://127.0.0.1:4000', 'http://localhost', 'http://api.localhost.', 'http://10.1.2.3', 'http://[::1]/v1'])(
    'K-01 refuses %s unless private addresses are allowed',
    (url) => {
      expect(() => checkedAddress(url, false)).toThrow('private address');
      expect(checkedAddress(url, true)).toMatch(/^http:\/\//);
    },
  );

  it.each([
    'ftp://example.com',
    'file:///etc/passwd',
    'example.com',
    'http://user:pass@example.com',
    'https://example.com/?a=b',
    'https://example.com/#x',
  ])('K-01 refuses %s', (url) => {
    expect(() => checkedAddress(url, true)).toThrow(/must be/);
  });

  it('keeps the path and drops slashes at the end', () => {
    expect(checkedAddress('https://api.example.com/v1//', false)).toBe('https://api.example.com/v1');
  });
});
