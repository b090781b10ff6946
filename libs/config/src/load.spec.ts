import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig } from './load.js';
import { defineConfig } from './slice.js';
import { flag, integer, ownSecret, url } from './variable.js';

const slice = defineConfig(
  'spec',
  'Spec',
  {
    size: integer('SPEC_SIZE', { min: 1, max: 9, default: 3, description: 'Size.' }),
    secret: ownSecret('SPEC_SECRET', { description: 'Own secret.' }),
    upstream: url('SPEC_URL', { schemes: ['http', 'https'], description: 'Address.' }),
    limit: integer('SPEC_LIMIT', { min: 0, max: 9, default: 9, description: 'Limit.' }),
    unsafe: flag('SPEC_UNSAFE', {
      default: false,
      description: 'Unsafe.',
      hardening: { refuse: (value) => (value ? 'must be off' : undefined), stopsIn: ['staging', 'production'] },
    }),
  },
  ({ size, limit }) => (size > limit ? [{ variable: 'SPEC_LIMIT', rule: 'must not be less than SPEC_SIZE' }] : []),
);

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

  it('checks what concerns several variables also when another is bad, and none of those twice', () => {
    expect(problems({ SPEC_LIMIT: '1', SPEC_URL: 'nowhere' })).toMatch(/SPEC_URL [^]*SPEC_LIMIT must not be less/);
    expect(problems({ SPEC_LIMIT: 'x' }).match(/SPEC_LIMIT/g)).toHaveLength(1);
  });

  it('says of an unknown profile that it is unknown, and nothing that depends on it', () => {
    const message = problems({ NODE_ENV: 'banana', SPEC_UNSAFE: 'true', SPEC_SIZE: '77' });
    expect(message).toMatch(/NODE_ENV [^]*SPEC_SIZE/);
    expect(message).not.toMatch(/SPEC_SECRET|SPEC_UNSAFE/);
  });

  it.each(['/proc/sluice', '/sys', '/dev/../dev/sluice', '/proc'])('keeps nothing in %s', (folder) => {
    expect(problems({ DATA_DIR: folder })).toMatch(/:\n  DATA_DIR must not be below \/proc, \/sys or \/dev\n/);
  });

  it('says that a file is in the way of the folder of secrets', () => {
    writeFileSync(join(dataDir, 'secrets'), '');
    expect(problems({})).toMatch(/SPEC_SECRET is not set and cannot be kept in .*: a file is in the way/);
    expect(problems({ DATA_DIR: join(dataDir, 'secrets') })).toMatch(/SPEC_SECRET .*: a file is in the way/);
  });

  it('says that the folder of secrets cannot be written to', () => {
    // A name that is too long can be made by nobody, root included.
    expect(problems({ DATA_DIR: join(dataDir, 'x'.repeat(300)) })).toMatch(/SPEC_SECRET .*: make the folder writable/);
  });

  it('names the file of a kept secret that is too short', () => {
    mkdirSync(join(dataDir, 'secrets'));
    writeFileSync(join(dataDir, 'secrets', 'spec-secret'), 'short-secret-value');
    const message = problems({});
    expect(message).toMatch(/SPEC_SECRET must have at least 32 characters; .*secrets\/spec-secret: restore that file/);
    expect(message).not.toContain('short-secret-value');
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

  it('says that a port is wrong where the rest of an address is right', () => {
    expect(problems({ SPEC_URL: 'http://127.0.0.1:99999/x' })).toContain('SPEC_URL must have a port from 1 to 65535');
  });

  it('does not warn of what the process has set itself', () => {
    const environment = { NODE_ENV: 'development', DATA_DIR: dataDir };
    expect(loadConfig({ ...environment, SPEC_UNSAFE: 'true' }).warnings).toHaveLength(1);
    const config = loadConfig(environment, { SPEC_UNSAFE: 'true' });
    expect({ unsafe: config.get(slice).unsafe, warnings: config.warnings }).toEqual({ unsafe: true, warnings: [] });
  });

  it('refuses an unknown NODE_ENV', () => {
    expect(problems({ NODE_ENV: 'prod' })).toContain('NODE_ENV');
  });
});
