import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig } from './load.js';
import { defineConfig } from './slice.js';
import { flag, integer, ownSecret, url } from './variable.js';

const slice = defineConfig('spec', 'Spec', {
  size: integer('SPEC_SIZE', { min: 1, max: 9, default: 3, description: 'Size.' }),
  secret: ownSecret('SPEC_SECRET', { description: 'Own secret.' }),
  upstream: url('SPEC_URL', { schemes: ['http', 'https'], description: 'Address.' }),
  unsafe: flag('SPEC_UNSAFE', {
    default: false,
    description: 'Unsafe.',
    hardening: { refuse: (value) => (value ? 'must be off' : undefined), stopsIn: ['staging', 'production'] },
  }),
});

describe('loadConfig', () => {
  let dataDir: string;
  const load = (environment: Record<string, string>) => loadConfig({ DATA_DIR: dataDir, ...environment });
  const problems = (environment: Record<string, string>): string => {
    try {
      load(environment);
      return '';
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.message;
    }
  };

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'sluice-config-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  it('names the variable whose kept secret cannot be read', () => {
    mkdirSync(join(dataDir, 'secrets', 'spec-secret'), { recursive: true });
    expect(problems({})).toContain('SPEC_SECRET is not set and cannot be read');
  });

  it('takes defaults, values and frozen slices', () => {
    const values = load({ SPEC_SIZE: '7', SPEC_URL: 'http://up.test' }).get(slice);
    expect(values).toMatchObject({ size: 7, upstream: 'http://up.test', unsafe: false });
    expect(Object.isFrozen(values)).toBe(true);
  });

  it('treats an empty value as not set', () => {
    expect(load({ SPEC_SIZE: '' }).get(slice).size).toBe(3);
  });

  it('names every bad variable at once and shows no value', () => {
    const message = problems({ SPEC_SIZE: '77777', SPEC_URL: 'nowhere-at-all', SPEC_SECRET: 'short-secret-value' });
    for (const name of ['SPEC_SIZE', 'SPEC_URL', 'SPEC_SECRET']) expect(message).toContain(name);
    expect(message).not.toMatch(/77777|nowhere-at-all|short-secret-value/);
  });

  it('makes a secret once, keeps it with mode 0600, and shows it as ***', () => {
    const first = load({});
    expect(first.get(slice).secret.length).toBeGreaterThanOrEqual(32);
    expect(load({}).get(slice).secret).toBe(first.get(slice).secret);
    expect(statSync(join(dataDir, 'secrets', 'spec-secret')).mode & 0o777).toBe(0o600);
    expect(first.redacted()).toMatchObject({ SPEC_SECRET: '***', SPEC_URL: null, SPEC_SIZE: 3 });
  });

  it('wants own secrets to be given in production', () => {
    expect(problems({ NODE_ENV: 'production' })).toContain('SPEC_SECRET must be set in production');
  });

  it.each([
    ['development', 'warns'],
    ['production', 'stops'],
  ])('in %s a hardening rule %s', (profile, outcome) => {
    const environment = { NODE_ENV: profile, SPEC_UNSAFE: 'true', SPEC_SECRET: 'q8Zr1Lk0Vx7Yc3Nm5Bt9Hs2Dw6Fj4Ga8' };
    if (outcome === 'stops') expect(problems(environment)).toContain('SPEC_UNSAFE must be off');
    else expect(load(environment).warnings).toEqual([{ variable: 'SPEC_UNSAFE', rule: 'must be off' }]);
  });

  it('refuses placeholder secrets unless in development', () => {
    const placeholder = 'change-me-change-me-change-me-change-me';
    expect(problems({ SPEC_SECRET: placeholder })).toContain('SPEC_SECRET');
    expect(problems({ SPEC_SECRET: placeholder, NODE_ENV: 'development' })).toBe('');
  });

  it('refuses an unknown NODE_ENV', () => {
    expect(problems({ NODE_ENV: 'prod' })).toContain('NODE_ENV');
  });
});
