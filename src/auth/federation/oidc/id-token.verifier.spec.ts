import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { createLocalJWKSet, type JWK } from 'jose';
import { TokenRefused } from './compact.token.js';
import { type IdTokenExpectations, verifyIdToken } from './id-token.verifier.js';
import { verifyLogoutToken } from './logout-token.verifier.js';

const ISSUER = 'https://id.example.com';
const CLIENT = 'sluice';
const NONCE = 'n-0S6_WzA2Mj';
const NOW = 1_764_150_000;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const strangersRsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });

const jwk = (key: KeyObject, kid: string, alg: string): JWK => ({
  ...(key.export({ format: 'jwk' }) as JWK),
  kid,
  alg,
});
const keys = createLocalJWKSet({
  keys: [jwk(rsa.publicKey, 'rsa', 'RS256'), jwk(ec.publicKey, 'ec', 'ES256'), jwk(ed.publicKey, 'ed', 'EdDSA')],
});

const EXPECTED: IdTokenExpectations = {
  issuer: ISSUER,
  clientId: CLIENT,
  nonce: NONCE,
  algorithms: ['RS256', 'ES256', 'EdDSA'],
  clockToleranceSeconds: 30,
  now: new Date(NOW * 1_000),
  keys,
};
const CLAIMS = {
  iss: ISSUER,
  sub: 'ada',
  aud: CLIENT,
  nonce: NONCE,
  iat: NOW,
  exp: NOW + 300,
  email: 'ada@example.com',
};
const EC_HEADER = { alg: 'ES256', kid: 'ec', typ: 'JWT' };

const b64 = (text: string | Buffer) => Buffer.from(text).toString('base64url');
const part = (value: unknown) => b64(typeof value === 'string' ? value : JSON.stringify(value));

/** A token by the key of the honest issuer, whatever stands in it. Texts are taken as JSON that was written by hand. */
function signed(claims: unknown = CLAIMS, header: unknown = EC_HEADER, key: KeyObject = ec.privateKey): string {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${b64(sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }))}`;
}
function hmac(header: object, secret: string | Buffer, claims: unknown = CLAIMS, digest = 'sha256'): string {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${b64(createHmac(digest, secret).update(input).digest())}`;
}
const without = (name: keyof typeof CLAIMS) =>
  Object.fromEntries(Object.entries(CLAIMS).filter(([key]) => key !== name));
/** The claims as text, with a value that JSON has no other way to write. */
const written = (name: keyof typeof CLAIMS, value: string) =>
  JSON.stringify({ ...CLAIMS, [name]: '@' }).replace('"@"', value);

const HONEST: [string, () => string][] = [
  ['ES256', () => signed()],
  ['RS256', () => signed(CLAIMS, { alg: 'RS256', kid: 'rsa' }, rsa.privateKey)],
  [
    'EdDSA',
    () => {
      const input = `${part({ alg: 'EdDSA', kid: 'ed' })}.${part(CLAIMS)}`;
      return `${input}.${b64(sign(null, Buffer.from(input), ed.privateKey))}`;
    },
  ],
];

/** Every character changed to others, so that each spare bit of base64url is tried as well. */
function* withOtherLetters(token: string): Generator<string> {
  const letters = 'AQgwBCDEz019-_';
  for (let at = 0; at < token.length; at += 1) {
    for (let turn = 0; turn < 6; turn += 1) {
      const letter = letters[(at + turn * 5) % letters.length] ?? 'A';
      if (letter !== token[at]) yield token.slice(0, at) + letter + token.slice(at + 1);
    }
  }
}

/** The last letters of every part, changed to each other letter: this is where the spare bits are. */
function* withOtherEnds(token: string): Generator<string> {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const parts = token.split('.');
  for (const [index, text] of parts.entries()) {
    for (const letter of alphabet) {
      if (letter === text.at(-1)) continue;
      yield parts.map((each, at) => (at === index ? text.slice(0, -1) + letter : each)).join('.');
    }
  }
}

function* cutAndStretched(token: string): Generator<string> {
  for (let length = 0; length < token.length; length += 1) yield token.slice(0, length);
  const [header = '', claims = '', signature = ''] = token.split('.');
  for (const more of [' ', '\n', '.', '=', '==', 'A', '\0', '/', '+', '%', 'é', '.x', '..', '.'.repeat(1_000)]) {
    yield token + more;
    yield more + token;
    yield `${header}${more}.${claims}.${signature}`;
    yield `${header}.${claims}${more}.${signature}`;
    yield `${header}.${claims}.${more}${signature}`;
  }
  yield* [
    `${header}.${claims}.`,
    `${header}.${claims}`,
    `${header}..${signature}`,
    `.${claims}.${signature}`,
    '..',
    '...',
  ];
  yield* [
    `${header}.${claims}.${signature}.${signature}`,
    `${header}.${claims}.${signature}..`,
    `${header}.a.b.c.${signature}`,
  ];
  yield* [`${claims}.${header}.${signature}`, `${header}.${header}.${signature}`, `${signature}.${claims}.${header}`];
}

const ALGORITHMS = [
  'none',
  'None',
  'NONE',
  'nOnE',
  'none ',
  ' none',
  'NonE\0',
  '',
  ' ',
  null,
  0,
  1,
  true,
  [],
  ['ES256'],
  {},
  'es256',
  'ES256 ',
  'ES256\0',
  'ES384',
  'ES512',
  'ES256K',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'HS256',
  'HS384',
  'HS512',
  'hs256',
  'EdDSA',
  'Ed25519',
  'Ed448',
  'RS1',
  'ML-DSA-44',
  'dir',
  'A256KW',
  'A256GCMKW',
  'RSA-OAEP',
  'RSA1_5',
  'ECDH-ES',
  'PBES2-HS256+A128KW',
  'SHA256',
  'constructor',
  '__proto__',
  'toString',
];
const KIDS = [
  '',
  ' ',
  'EC',
  'ec ',
  'ec\0',
  'unknown',
  '../../../../dev/null',
  '/dev/null',
  'file:///dev/null',
  "' OR '1'='1",
  "ec'--",
  "' UNION SELECT 'x",
  '$(id)',
  '`id`',
  '| id',
  'ec;',
  'http://evil.example/key',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  0,
  -1,
  1,
  true,
  false,
  [],
  ['ec'],
  {},
  { $ne: '' },
  'x'.repeat(10_000),
];
const CARRIED: [string, unknown][] = [
  ['jku', 'https://evil.example/jwks.json'],
  ['jku', `${ISSUER}/jwks.json`],
  ['jku', ''],
  ['jku', null],
  ['x5u', 'https://evil.example/x.pem'],
  ['jwk', jwk(stranger.publicKey, 'ec', 'ES256')],
  ['jwk', {}],
  ['jwk', null],
  ['x5c', ['MIIB']],
  ['x5c', []],
  ['crit', ['exp']],
  ['crit', ['b64']],
  ['crit', []],
  ['crit', 'exp'],
  ['crit', null],
  ['b64', false],
  ['b64', true],
  ['zip', 'DEF'],
];
const TYPES = [
  'at+jwt',
  'application/at+jwt',
  'logout+jwt',
  'secevent+jwt',
  'JWE',
  'JOSE',
  'jwt ',
  'J',
  '',
  null,
  1,
  [],
  {},
  'dpop+jwt',
];

function* withOtherHeaders(): Generator<string> {
  const [, claims = '', signature = ''] = signed().split('.');
  for (const alg of ALGORITHMS) {
    yield `${part({ ...EC_HEADER, alg })}.${claims}.${signature}`;
    yield `${part({ ...EC_HEADER, alg })}.${claims}.`;
    if (alg !== 'ES256') yield signed(CLAIMS, { ...EC_HEADER, alg });
    yield signed(CLAIMS, { alg, typ: 'JWT' }, stranger.privateKey);
  }
  for (const kid of KIDS) yield signed(CLAIMS, { ...EC_HEADER, kid }, stranger.privateKey);
  for (const kid of ['rsa', 'ed', 'unknown']) yield signed(CLAIMS, { ...EC_HEADER, kid });
  for (const [name, value] of CARRIED) {
    yield signed(CLAIMS, { ...EC_HEADER, [name]: value });
    yield signed(CLAIMS, { ...EC_HEADER, [name]: value }, stranger.privateKey);
  }
  for (const typ of TYPES) yield signed(CLAIMS, { ...EC_HEADER, typ });
  for (const header of [
    '',
    '{}',
    '[]',
    'null',
    '1',
    '"x"',
    '{',
    '{"alg":"ES256"',
    '{"alg":"ES256","alg":"none"}',
    '\0',
  ]) {
    yield `${b64(header)}.${claims}.${signature}`;
    yield `${b64(header)}.${claims}.`;
  }
  yield signed(CLAIMS, { ...EC_HEADER, pad: 'x'.repeat(1_048_576) });
  yield signed({ ...CLAIMS, pad: 'x'.repeat(1_048_576) });
}

/** Our public keys, in every form in which one could take them for a shared secret. */
function* byConfusedKeys(): Generator<string> {
  const forms = [rsa, ec, ed].flatMap(({ publicKey }) => [
    publicKey.export({ type: 'spki', format: 'pem' }),
    String(publicKey.export({ type: 'spki', format: 'pem' })).trim(),
    publicKey.export({ type: 'spki', format: 'der' }),
    JSON.stringify(publicKey.export({ format: 'jwk' })),
    String(publicKey.export({ format: 'jwk' }).n ?? publicKey.export({ format: 'jwk' }).x),
  ]);
  for (const secret of [...forms, '', '\0', 'secret', CLIENT, NONCE, 'null', 'undefined']) {
    for (const [alg, digest] of [
      ['HS256', 'sha256'],
      ['HS384', 'sha384'],
      ['HS512', 'sha512'],
      ['ES256', 'sha256'],
      ['RS256', 'sha256'],
    ] as const) {
      for (const kid of ['rsa', 'ec', 'ed', undefined, 'unknown'])
        yield hmac({ alg, kid, typ: 'JWT' }, secret, CLAIMS, digest);
    }
  }
  const input = `${part(EC_HEADER)}.${part(CLAIMS)}`;
  const der = sign('sha256', Buffer.from(input), ec.privateKey);
  // All zeroes (CVE-2022-21449), all ones, DER, the wrong length, and noise.
  for (const bytes of [
    Buffer.alloc(64),
    Buffer.alloc(64, 0xff),
    der,
    Buffer.alloc(63),
    Buffer.alloc(65),
    Buffer.alloc(256),
    Buffer.alloc(1),
  ]) {
    yield `${input}.${b64(bytes)}`;
  }
  for (let i = 0; i < 200; i += 1) yield `${input}.${b64(randomBytes(64))}`;
  for (const kid of ['rsa', 'ec', 'ed', undefined]) {
    yield signed(CLAIMS, { alg: 'ES256', kid }, stranger.privateKey);
    yield signed(CLAIMS, { alg: 'RS256', kid }, strangersRsa.privateKey);
  }
}

const ODD: unknown[] = [null, true, false, 0, 1, -1, 1.5, '', ' ', [], {}, [null], [''], [0], { a: 1 }, 'null', '\0'];
const PEOPLE_ELSEWHERE = [
  'other',
  'sluic',
  'sluice ',
  ' sluice',
  'SLUICE',
  'sluice\0',
  'sluice,other',
  'sluice.evil',
  'https://sluice',
];

/** The honest issuer signs it, and it is not for us, not from it, not for now or not for this. */
function* withOtherClaims(): Generator<string> {
  for (const name of ['iss', 'sub', 'aud', 'nonce', 'iat', 'exp'] as const) {
    yield signed(without(name));
    // Any text that can be written is somebody's name.
    for (const odd of ODD) if (name !== 'sub' || typeof odd !== 'string') yield signed({ ...CLAIMS, [name]: odd });
  }
  const issuers = [
    'https://evil.example',
    `${ISSUER}/`,
    `${ISSUER}.evil.example`,
    `${ISSUER}@evil.example`,
    'HTTPS://ID.EXAMPLE.COM',
    'https://id.example.co',
    `${ISSUER}#`,
    `${ISSUER}?`,
    `${ISSUER}\0`,
    ` ${ISSUER}`,
  ];
  for (const iss of [...issuers, [ISSUER]]) yield signed({ ...CLAIMS, iss });
  for (const aud of PEOPLE_ELSEWHERE) {
    for (const value of [aud, [aud], [aud, aud], { 0: CLIENT, aud }, [[CLIENT]], [aud, CLIENT], [CLIENT, aud]])
      yield signed({ ...CLAIMS, aud: value });
  }
  for (const azp of [...PEOPLE_ELSEWHERE, ...ODD]) {
    yield signed({ ...CLAIMS, azp });
    yield signed({ ...CLAIMS, aud: [CLIENT, 'other'], azp });
  }
  for (const nonce of [`${NONCE}x`, NONCE.slice(1), NONCE.toUpperCase(), ` ${NONCE}`, [NONCE], { nonce: NONCE }])
    yield signed({ ...CLAIMS, nonce });
  for (const sub of ['x'.repeat(256), 'a\0b', 'a\nb', '\u007f', ['ada'], { sub: 'ada' }])
    yield signed({ ...CLAIMS, sub });
  for (let late = 31; late < 331; late += 1) {
    yield signed({ ...CLAIMS, exp: NOW - late });
    yield signed({ ...CLAIMS, nbf: NOW + late });
    yield signed({ ...CLAIMS, iat: NOW + late });
    yield signed({ ...CLAIMS, iat: NOW - 600 - late });
  }
  for (const time of ['exp', 'iat'] as const) {
    const now = String(NOW);
    for (const value of [
      '1e999',
      '-1e999',
      `"${now}"`,
      `${now}.5`,
      '1e30',
      `[${now}]`,
      `{"t":${now}}`,
      '9007199254740993',
      '-0.1',
      '""',
    ])
      yield signed(written(time, value));
  }
  for (const value of ['"0"', '1.5', '1e999', 'null', '[]', '{}', 'true', String(NOW + 10_000)])
    yield signed(`${JSON.stringify(CLAIMS).slice(0, -1)},"nbf":${value}}`);
  for (const text of [
    '',
    '{}',
    '[]',
    'null',
    '1',
    '"x"',
    '{',
    '\0',
    JSON.stringify([CLAIMS]),
    JSON.stringify(CLAIMS) + '}',
    `${JSON.stringify(CLAIMS)} x`,
    '{"__proto__":{}}',
  ])
    yield signed(text);
}

/** What else could be taken for an ID token. */
function* otherThings(): Generator {
  yield* [
    undefined,
    null,
    0,
    1,
    true,
    {},
    [],
    [signed()],
    { toString: () => signed() },
    Buffer.from(signed()),
    Symbol('x'),
  ];
  // An access token of the same issuer (RFC 9068), and a log-out token.
  yield signed(
    { ...CLAIMS, nonce: undefined, aud: 'https://api.example.com', scope: 'openid' },
    { ...EC_HEADER, typ: 'at+jwt' },
  );
  yield signed({ ...CLAIMS, nonce: undefined, events: { 'http://schemas.openid.net/event/backchannel-logout': {} } });
  for (let i = 0; i < 300; i += 1) yield b64(randomBytes(i)).replaceAll(/(.{40})/g, '$1.');
  const [header = '', claims = '', signature = ''] = signed().split('.');
  yield JSON.stringify({ payload: claims, protected: header, signature });
  yield JSON.stringify({ payload: claims, signatures: [{ protected: header, signature }] });
}

describe('an ID token', () => {
  it.each(HONEST)('A-28 of an honest issuer is taken (%s)', async (_algorithm, make) => {
    await expect(verifyIdToken(make(), EXPECTED)).resolves.toMatchObject({ sub: 'ada', email: 'ada@example.com' });
  });

  it('A-28 is taken for several audiences when it was given to us', async () => {
    const token = signed({ ...CLAIMS, aud: [CLIENT, 'other'], azp: CLIENT });
    await expect(verifyIdToken(token, EXPECTED)).resolves.toMatchObject({ sub: 'ada' });
    await expect(verifyIdToken(signed({ ...CLAIMS, exp: NOW - 29, nbf: NOW + 29 }), EXPECTED)).resolves.toBeDefined();
  });

  it('A-28 that is any of ten thousand others is refused, and none of them is more than a refusal', async () => {
    const corpus: unknown[] = [...withOtherHeaders(), ...byConfusedKeys(), ...withOtherClaims(), ...otherThings()];
    for (const [, make] of HONEST) {
      const token = make();
      corpus.push(...withOtherLetters(token), ...withOtherEnds(token), ...cutAndStretched(token));
    }
    const accepted: unknown[] = [];
    const strange: unknown[] = [];
    const started = performance.now();
    for (const token of corpus) {
      try {
        await verifyIdToken(token, EXPECTED);
        accepted.push(token);
      } catch (error) {
        if (!(error instanceof TokenRefused)) strange.push(error);
      }
    }
    expect(accepted).toEqual([]);
    expect(strange).toEqual([]);
    expect(new Set(corpus).size).toBeGreaterThan(10_000);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('A-28 is refused by an issuer with a narrower list of algorithms', async () => {
    const narrow = { ...EXPECTED, algorithms: ['RS256'] };
    await expect(verifyIdToken(signed(), narrow)).rejects.toBeInstanceOf(TokenRefused);
  });

  it('lets other failures than its own through, so that a provider that is away is not called a liar', async () => {
    const away = { ...EXPECTED, keys: () => Promise.reject(new RangeError('away')) };
    await expect(verifyIdToken(signed(), away)).rejects.toBeInstanceOf(RangeError);
  });
});

describe('a log-out token', () => {
  const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  const LOGOUT = { iss: ISSUER, sub: 'ada', aud: CLIENT, iat: NOW, jti: 'one', events: EVENTS };
  const lacking = (name: keyof typeof LOGOUT) =>
    Object.fromEntries(Object.entries(LOGOUT).filter(([key]) => key !== name));
  const typed = { ...EC_HEADER, typ: 'logout+jwt' };

  it.each([typed, EC_HEADER, { alg: 'ES256', kid: 'ec' }])(
    'of an honest issuer names whom to sign out',
    async (header) => {
      await expect(verifyLogoutToken(signed(LOGOUT, header), EXPECTED)).resolves.toBe('ada');
    },
  );

  it.each<[string, string]>([
    ['an ID token', signed()],
    ['one with a nonce', signed({ ...LOGOUT, nonce: NONCE })],
    ['an access token', signed(LOGOUT, { ...EC_HEADER, typ: 'at+jwt' })],
    ['one that was made by a stranger', signed(LOGOUT, typed, stranger.privateKey)],
    ['one that is signed by nothing', `${part({ ...typed, alg: 'none' })}.${part(LOGOUT)}.`],
    ['one that lay about', signed({ ...LOGOUT, iat: NOW - 151 })],
    ['one that has run out', signed({ ...LOGOUT, exp: NOW - 31 })],
    ['one of another issuer', signed({ ...LOGOUT, iss: 'https://evil.example' })],
    ['one for another client', signed({ ...LOGOUT, aud: 'other' })],
    ['one of another event', signed({ ...LOGOUT, events: { 'http://schemas.openid.net/event/other': {} } })],
    ['one whose event is a text', signed({ ...LOGOUT, events: { [Object.keys(EVENTS)[0] ?? '']: 'yes' } })],
    ['one with a list of events', signed({ ...LOGOUT, events: Object.keys(EVENTS) })],
    ['one that names a session alone', signed({ ...lacking('sub'), sid: 'session' })],
    ...(['iss', 'aud', 'iat', 'jti', 'events'] as const).map((name): [string, string] => [
      `one without ${name}`,
      signed(lacking(name)),
    ]),
  ])('is refused that is %s', async (_case, token) => {
    await expect(verifyLogoutToken(token, EXPECTED)).rejects.toBeInstanceOf(TokenRefused);
  });
});
