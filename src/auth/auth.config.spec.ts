import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, loadConfig } from '#libs/config';
import { authConfig } from './auth.config.js';

describe('sign-in configuration', () => {
  let dataDir: string;
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'sluice-auth-config-'));
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  const load = (environment: Environment) =>
    loadConfig({ JWT_SECRET: 'q8Zr2vK6xT1mW9bN4cL7yH3pD5sF0gJa', DATA_DIR: dataDir, ...environment });

  it.each<[string, Environment, string]>([
    ['refuses mock sign-in without NODE_ENV', { MOCK_AUTH: 'true' }, 'MOCK_AUTH'],
    ['refuses mock sign-in in staging', { MOCK_AUTH: 'true', NODE_ENV: 'staging' }, 'MOCK_AUTH'],
    ['refuses mock sign-in in production', { MOCK_AUTH: 'true', NODE_ENV: 'production' }, 'MOCK_AUTH'],
    [
      'refuses to do without CSRF protection in production',
      { CSRF_PROTECTION: 'false', NODE_ENV: 'production' },
      'CSRF_PROTECTION',
    ],
    [
      'refuses cheap hashes in production',
      { PASSWORD_HASH_MEMORY_KIB: '1024', NODE_ENV: 'production' },
      'PASSWORD_HASH_MEMORY_KIB',
    ],
    ['refuses a weak administrator password', { ADMIN_PASSWORD: 'hunter2' }, 'ADMIN_PASSWORD'],
    ['refuses an administrator without an address', { ADMIN_EMAIL: 'boss' }, 'ADMIN_EMAIL'],
    ['wants the secret in production', { JWT_SECRET: undefined, NODE_ENV: 'production' }, 'JWT_SECRET'],
  ])('%s', (_case, environment, variable) => {
    const attempt = () => load(environment);
    expect(attempt).toThrow(new RegExp(`^  ${variable} `, 'm'));
    expect(attempt).not.toThrow(/hunter2/);
  });

  it.each(['development', 'test'])('allows mock sign-in in %s, with a warning', (profile) => {
    const config = load({ MOCK_AUTH: 'true', NODE_ENV: profile });
    expect(config.get(authConfig).mockAuth).toBe(true);
    expect(config.warnings.map(({ variable }) => variable)).toContain('MOCK_AUTH');
  });
});
