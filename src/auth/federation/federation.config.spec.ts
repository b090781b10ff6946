import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, type Environment, loadConfig } from '#libs/config';
import { federationConfig } from './federation.config.js';
import { identityNamespaceOf } from './providers/identity.namespace.js';
import { readProviders } from './providers/provider.reader.js';

const CLIENT = { clientId: 'client-of-sluice', clientSecret: 'a-secret-of-the-client' };
const OIDC = { slug: 'company', kind: 'oidc', label: 'Company', issuer: 'https://id.example.com', ...CLIENT };
const OIDC_AT_GITHUB = { ...OIDC, issuer: 'https://github.com' };
const LDAP = {
  kind: 'ldap',
  label: 'Directory',
  url: 'ldaps://ldap.example.com',
  base: 'dc=example,dc=com',
  bindDn: 'cn=reader',
  bindPassword: 's3cret',
};
const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
const P384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'pkcs8', format: 'pem' });

describe('the configuration of identity providers', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-federation-config-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const load = (environment: Environment): Config =>
    loadConfig({ JWT_SECRET: 'q8Zr2vK6xT1mW9bN4cL7yH3pD5sF0gJa', DATA_DIR: folder, ...environment });
  const loadList = (...list: unknown[]): Config => load({ IDENTITY_PROVIDERS: JSON.stringify(list) });
  const fileOf = (content: unknown): string => {
    const path = join(folder, 'providers.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };

  it.each<[string, unknown, RegExp]>([
    ['what is no list', { slug: 'company' }, /must be a list/],
    ['an entry that is no object', ['company'], /at \[0\] must be an object/],
    ['an unknown kind', [{ ...OIDC, kind: 'carrier-pigeon' }], /\[0\]\.kind must be one of oidc, google/],
    ['a provider without a slug', [{ ...OIDC, slug: undefined }], /\[0\]\.slug must be set/],
    ['a slug that is no part of an address', [{ ...OIDC, slug: '../up' }], /\[0\]\.slug must be small letters/],
    ['two providers of one slug', [OIDC, OIDC], /\[1\]\.slug is taken/],
    ['a provider without a label', [{ ...OIDC, label: '' }], /\[0\]\.label must be a text/],
    ['a setting that nobody knows', [{ ...OIDC, alowSignUp: false }], /\[0\]\.alowSignUp is not a known setting/],
    ['a provider without a secret', [{ ...OIDC, clientSecret: undefined }], /\[0\]\.clientSecret must be set/],
    ['an issuer without TLS', [{ ...OIDC, issuer: 'http://id.example.com' }], /\[0\]\.issuer must be an https/],
    [
      'plain HTTP elsewhere, also where private addresses are allowed',
      [{ ...OIDC, allowPrivate: true, issuer: 'http://10.0.0.1' }],
      /\[0\]\.issuer/,
    ],
    [
      'two directories under one name',
      [
        { ...LDAP, slug: 'one' },
        { ...LDAP, slug: 'two', url: 'ldaps://other.example.com' },
      ],
      /\[1\]\.issuer is that of another provider/,
    ],
    [
      'one issuer in two protocols',
      [OIDC_AT_GITHUB, { slug: 'github', kind: 'github', label: 'GitHub', ...CLIENT }],
      /\[1\]\.issuer is that of another provider/,
    ],
    ['plain HTTP here without leave', [{ ...OIDC, issuer: 'http://127.0.0.1:9' }], /\[0\]\.issuer/],
    ['a password in an issuer', [{ ...OIDC, issuer: 'https://a:hunter2@id.example.com' }], /\[0\]\.issuer/],
    ['scopes without openid', [{ ...OIDC, scopes: ['email'] }], /\[0\]\.scopes must hold openid/],
    [
      'an algorithm with a shared secret',
      [{ ...OIDC, algorithms: ['HS256'] }],
      /\[0\]\.algorithms must hold only RS256/,
    ],
    ['the algorithm none', [{ ...OIDC, algorithms: ['none'] }], /\[0\]\.algorithms/],
    ['a wide tolerance of clocks', [{ ...OIDC, clockToleranceSeconds: 3_600 }], /\[0\]\.clockToleranceSeconds/],
    ['a role that is none', [{ ...OIDC, roleMapping: { staff: 'Root!' } }], /\[0\]\.roleMapping must map groups/],
    [
      'Microsoft for everybody',
      [{ slug: 'ms', kind: 'microsoft', label: 'M', tenant: 'common', ...CLIENT }],
      /\[0\]\.tenant must be the id/,
    ],
    [
      'groups of a provider that has none',
      [{ slug: 'fb', kind: 'facebook', label: 'F', requiredGroups: ['x'], ...CLIENT }],
      /\[0\]\.roleMapping is of no use/,
    ],
    [
      'an Apple key of another curve',
      [{ slug: 'a', kind: 'apple', label: 'A', clientId: 'c', teamId: 't', keyId: 'k', privateKey: P384 }],
      /\[0\]\.privateKey must be the PKCS/,
    ],
    [
      'one callback for several',
      [
        { ...OIDC, sharedCallback: true },
        { ...OIDC, slug: 'other' },
      ],
      /\[0\]\.sharedCallback/,
    ],
  ])('refuses %s, and says no value', (_case, list, problem) => {
    const attempt = () => load({ IDENTITY_PROVIDERS: JSON.stringify(list) });
    expect(attempt).toThrow(/IDENTITY_PROVIDERS /);
    expect(attempt).toThrow(problem);
    expect(attempt).not.toThrow(/a-secret-of-the-client|hunter2|carrier-pigeon|PRIVATE KEY|Root!/);
  });

  it('names every problem of every provider at once', () => {
    const { problems } = readProviders([{ kind: 'oidc' }, { kind: 'github', slug: 'github' }]);
    expect(problems).toEqual([
      '[0].slug must be set',
      '[0].issuer must be set',
      '[0].clientId must be set',
      '[0].clientSecret must be set',
      '[0].label must be set',
      '[1].clientId must be set',
      '[1].clientSecret must be set',
      '[1].label must be set',
    ]);
  });

  it('fills in what is known of the well-known providers', () => {
    const { providers, problems } = readProviders([
      OIDC,
      ...['google', 'gitlab', 'github', 'discord', 'facebook'].map((kind) => ({
        slug: kind,
        kind,
        label: kind,
        ...CLIENT,
      })),
      { slug: 'microsoft', kind: 'microsoft', label: 'Microsoft', tenant: TENANT, ...CLIENT },
      { slug: 'apple', kind: 'apple', label: 'Apple', clientId: 'c', teamId: 't', keyId: 'k', privateKey: P256 },
    ]);
    expect(problems).toEqual([]);
    expect(
      providers.map(({ slug, settings }) => [
        slug,
        settings.protocol,
        settings.issuer,
        'responseMode' in settings && settings.responseMode,
      ]),
    ).toEqual([
      ['company', 'oidc', 'https://id.example.com', 'query'],
      ['google', 'oidc', 'https://accounts.google.com', 'query'],
      ['gitlab', 'oidc', 'https://gitlab.com', 'query'],
      ['github', 'oauth2', 'https://github.com', 'query'],
      ['discord', 'oauth2', 'https://discord.com', 'query'],
      ['facebook', 'oauth2', 'https://www.facebook.com', 'query'],
      ['microsoft', 'oidc', `https://login.microsoftonline.com/${TENANT}/v2.0`, 'query'],
      ['apple', 'oidc', 'https://appleid.apple.com', 'form_post'],
    ]);
    expect(
      providers.every(({ allowSignUp, trustsMfa, allowPrivate }) => allowSignUp && !trustsMfa && !allowPrivate),
    ).toBe(true);
  });

  it('keeps people of different protocols apart under one and the same text, and lets one authority have two entries', () => {
    const { providers, problems } = readProviders([
      OIDC,
      { ...OIDC, slug: 'second-client' },
      { ...LDAP, slug: 'directory', issuer: OIDC.issuer },
      { ...LDAP, slug: 'other-tree', issuer: OIDC.issuer, base: 'dc=other' },
    ]);
    expect(problems).toEqual([]);
    expect(providers.map(({ settings }) => identityNamespaceOf(settings))).toEqual([
      OIDC.issuer,
      OIDC.issuer,
      `ldap:${OIDC.issuer}`,
      `ldap:${OIDC.issuer}`,
    ]);
  });

  it('puts the strongest role first, however the mapping was written', () => {
    const roleMapping = { everybody: 'user', auditors: 'admin-readonly', makers: 'maker', chiefs: 'admin' };
    const [provider] = readProviders([{ ...OIDC, roleMapping }]).providers;
    expect([...(provider?.groups.mapping?.values() ?? [])]).toEqual(['admin', 'admin-readonly', 'maker', 'user']);
  });

  it('reads a file and fills its places from the environment, as texts whatever is in them', () => {
    const path = fileOf([{ ...OIDC, clientSecret: '${COMPANY_SECRET}', label: 'At ${PLACE}' }]);
    const config = load({ IDENTITY_PROVIDERS_FILE: path, COMPANY_SECRET: 'q","kind":"saml', PLACE: 'home' });
    const { providers, problems } = readProviders(config.get(federationConfig).providersFile);
    expect(problems).toEqual([]);
    expect(providers).toMatchObject([{ label: 'At home', settings: { client: { secret: 'q","kind":"saml' } } }]);
  });

  it.each<[string, Environment, RegExp]>([
    [
      'a place for what is not set',
      { IDENTITY_PROVIDERS_FILE: 'file' },
      /FILE names \$\{COMPANY_SECRET\}, which is not set/,
    ],
    [
      'a file that is not there',
      { IDENTITY_PROVIDERS_FILE: '/nowhere/at-all.json' },
      /FILE must be the path of a file/,
    ],
    [
      'both ways at once',
      { IDENTITY_PROVIDERS: '[]', IDENTITY_PROVIDERS_FILE: 'file', COMPANY_SECRET: 'x' },
      /FILE must not be set beside/,
    ],
    ['text that is not JSON', { IDENTITY_PROVIDERS: '[hunter2' }, /IDENTITY_PROVIDERS must be valid JSON/],
  ])('refuses %s', (_case, environment, problem) => {
    const path = fileOf([{ ...OIDC, clientSecret: '${COMPANY_SECRET}' }]);
    const file = environment['IDENTITY_PROVIDERS_FILE'] === 'file' ? { IDENTITY_PROVIDERS_FILE: path } : {};
    expect(() => load({ ...environment, ...file })).toThrow(problem);
  });

  it('masks the whole in what administrators see, and knows each secret in it for the logs', () => {
    const config = loadList(OIDC, {
      slug: 'a',
      kind: 'apple',
      label: 'A',
      clientId: 'c',
      teamId: 't',
      keyId: 'k',
      privateKey: P256,
    });
    expect(config.redacted()['IDENTITY_PROVIDERS']).toBe('***');
    expect(config.secrets()).toEqual(expect.arrayContaining([CLIENT.clientSecret, P256]));
    expect(config.secrets()).not.toContain('Company');
  });
});
