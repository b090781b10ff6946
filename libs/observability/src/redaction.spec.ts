import { Redactor } from './redaction.js';

const SECRET = 'hunter2-hunter2';

describe('the redactor', () => {
  const redactor = new Redactor();

  it.each([
    'password',
    'newPassword',
    'new_password',
    'passwordHash',
    'secret',
    'clientSecret',
    'client_secret',
    'token',
    'accessToken',
    'access_token',
    'refreshToken',
    'authorization',
    'Authorization',
    'cookie',
    'set-cookie',
    'x-api-key',
    'X-Client-API-Key',
    'apiKey',
    'api_key',
    'key',
    'privateKey',
  ])('knows the name %s, in data and in lines', (name) => {
    expect(redactor.data({ deep: [{ [name]: SECRET, other: 'stays' }] })).toEqual({
      deep: [{ [name]: '[redacted]', other: 'stays' }],
    });
    for (const value of [SECRET, `a "quoted" \\ ${SECRET}`, [SECRET, SECRET]]) {
      const line = redactor.text(JSON.stringify({ deep: { [name]: value }, other: 'stays' }));
      expect(JSON.parse(line)).toEqual({ deep: { [name]: '[redacted]' }, other: 'stays' });
    }
  });

  it('knows them in JSON that is quoted inside a text', () => {
    const line = JSON.stringify({ message: `failed on ${JSON.stringify({ user: 'a', password: SECRET })}` });
    expect(redactor.text(line)).not.toContain(SECRET);
    expect(JSON.parse(redactor.text(line))).toEqual({ message: 'failed on {"user":"a","password":"[redacted]"}' });
    expect(redactor.text(JSON.stringify({ outer: line }))).not.toContain(SECRET);
  });

  it.each([
    `GET /callback?code=1&access_token=${SECRET}&x=1`,
    `password=${SECRET}&user=a`,
    `postgres://me:${SECRET}@localhost/db`,
    `Authorization: Bearer ${SECRET}`,
    'sk-sluice-abcdefgh_0123456789',
    'sk-ant-api03-abcdefghijklmnop',
    'slp_0123456789abcdef',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
    '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
    '$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234',
  ])('knows the look of %s', (text) => {
    const clean = redactor.text(`before ${text} after`);
    expect(clean).toMatch(/^before .*\[redacted\].* after$/);
    expect(clean).not.toMatch(/hunter2|abcdefgh|0123456789|c2lnbmF0dXJl|aGFzaA/);
  });

  it('removes what was registered wherever it stands, escaped or not', () => {
    const own = new Redactor();
    own.register(['quite "secret" indeed', 'tiny']);
    expect(own.text('a quite "secret" indeed b tiny')).toBe('a [redacted] b tiny');
    expect(own.text(JSON.stringify({ m: 'quite "secret" indeed' }))).toBe('{"m":"[redacted]"}');
  });

  it.each([
    ['an address', 'sent to Ada.Lovelace+news@mail.example.com.', 'sent to A***@m***.com.'],
    ['one of other letters', 'josé@exämple.de', 'j***@e***.de'],
    ['one in a URL', 'GET /x?email=ada%40example.com&y=1', 'GET /x?email=a***@e***.com&y=1'],
    ['one in JSON', '{"email":"ada@example.com"}', '{"email":"a***@e***.com"}'],
    ['one that is masked already', 'a***@e***.com', 'a***@e***.com'],
    ['a telephone number', 'call +4930123456 now', 'call +***56 now'],
  ])('masks %s', (_case, line, expected) => {
    expect(redactor.text(line)).toBe(expected);
  });

  it('leaves alone what only sounds like a secret', () => {
    const harmless = {
      inputTokens: 12,
      tokensSource: 'provider',
      keyId: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11',
      monkey: 'banana',
      maxOutputTokens: 4096,
      at: new Date(0),
      nothing: null,
      password: null,
    };
    expect(redactor.data(harmless)).toEqual(harmless);
    expect(redactor.text(JSON.stringify(harmless))).toBe(JSON.stringify(harmless));
  });

  it('stays fast on a long hostile line', () => {
    const started = performance.now();
    for (const unit of [
      '"key":"\\',
      '\\"password\\":\\"',
      '"key":["a",',
      'key=',
      '//:',
      'Bearer ',
      'a@',
      '@a.',
      'a%40',
      '+12345678',
    ]) {
      redactor.text(unit.repeat(20_000));
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
