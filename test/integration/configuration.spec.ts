import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig } from '#libs/config';
// What is validated is what the features declare.
import { AppModule } from '../../src/app.module.js';
import { build, type Ended, runEntry } from '../support/built.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const STRONG = 'Zx8kQ2vT5nL0wR7yB4mH9cJ1sD6fG3pA-uE_iOo';
const SERVES = /Sluice serves at/;
const EXIT_CONFIG = 78;

/** Each breaks one rule of production. */
const UNSAFE: readonly (readonly [what: string, variable: string, value: string])[] = [
  ['a placeholder for a secret', 'JWT_SECRET', 'change-me-change-me-change-me-change-me'],
  ['a secret of one letter', 'JWT_SECRET', 'a'.repeat(40)],
  ['debug logs', 'LOG_LEVEL', 'debug'],
  ['CORS for everybody', 'CORS_ORIGIN', '*'],
  ['mock sign-in', 'MOCK_AUTH', 'true'],
  ['CSRF protection off', 'CSRF_PROTECTION', 'false'],
  ['simulated answers', 'SIMULATOR_URL', 'http://127.0.0.1:9'],
];

describe('the configuration of the process', () => {
  let folder: string;
  let database: TestDatabase;
  beforeAll(async () => {
    expect(AppModule).toBeDefined();
    folder = mkdtempSync(join(tmpdir(), 'sluice-configuration-'));
    database = await createTestDatabase();
    await build();
  }, 180_000);
  afterAll(async () => {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const safe = () => ({
    NODE_ENV: 'production',
    DATA_DIR: folder,
    JWT_SECRET: STRONG,
    ENCRYPTION_KEY: STRONG,
    DATABASE_URL: database.url,
    PORT: '0',
  });
  const start = (environment: Record<string, string>, stopAt: RegExp = SERVES): Promise<Ended> =>
    runEntry('main', [], { environment, cwd: folder, stopAt });

  function problemsOf(environment: Record<string, string | undefined>): string[] {
    try {
      loadConfig(environment);
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.problems.map(({ variable }) => variable);
      throw error;
    }
  }

  describe('a bad environment', () => {
    it('is named whole, whatever feature a variable belongs to', () => {
      const bad = { CORS_ORIGIN: 'foo', TRUST_PROXY: 'elephants', ADMIN_EMAIL: 'nomail', PORT: 'abc' };
      expect(problemsOf({ ...safe(), ...bad }).toSorted()).toEqual(Object.keys(bad).toSorted());
      expect(problemsOf({ ...bad, NODE_ENV: 'banana' }).toSorted()).toEqual(
        [...Object.keys(bad), 'NODE_ENV'].toSorted(),
      );
    });

    const BAD = {
      NODE_ENV: 'production',
      PORT: 'sixty-thousand',
      DATABASE_URL: 'mysql://me:geheim-4711@db/x',
      REDIS_URL: 'not-a-url-geheim-4712',
      LOG_LEVEL: 'chatty-4713',
      DATABASE_POOL_SIZE: '1',
      OPENAI_BASE_URL: 'ftp://geheim-4714',
    };
    const NAMED = [
      'DATABASE_POOL_SIZE',
      'DATABASE_URL',
      'ENCRYPTION_KEY',
      'JWT_SECRET',
      'LOG_LEVEL',
      'OPENAI_BASE_URL',
      'PORT',
      'REDIS_URL',
    ];

    it('C-01 is refused with the names of all bad variables', () => {
      expect(problemsOf({ ...BAD, DATA_DIR: folder }).sort()).toEqual(NAMED);
    });

    it('C-01 ends the process with a code of its own, naming each and printing no value', async () => {
      const { code, stdout, stderr } = await start({ ...BAD, DATA_DIR: folder });
      expect(code).toBe(EXIT_CONFIG);
      for (const name of NAMED) expect(stderr).toContain(name);
      expect(stdout + stderr).not.toMatch(/geheim|sixty|chatty|mysql|ftp:| {4}at /);
    });

    it.each([
      ['no JWT secret', { JWT_SECRET: undefined }, ['JWT_SECRET']],
      ['a JWT secret of 31 characters', { JWT_SECRET: STRONG.slice(0, 31) }, ['JWT_SECRET']],
      ['a JWT secret of 32 characters', { JWT_SECRET: STRONG.slice(0, 32) }, []],
      ['an unknown profile', { NODE_ENV: 'prod' }, ['NODE_ENV']],
      ['the profile that is not to be named', { NODE_ENV: 'local' }, ['NODE_ENV']],
      ['no URL', { DATABASE_URL: 'localhost' }, ['DATABASE_URL']],
      ['a port beyond all', { PORT: '65536' }, ['PORT']],
      ['a fraction', { DATABASE_POOL_SIZE: '2.5' }, ['DATABASE_POOL_SIZE']],
      ['neither yes nor no', { DOCS_ENABLED: 'maybe' }, ['DOCS_ENABLED']],
      ['rules of several slices at once', { TRUST_PROXY: 'x', ADMIN_EMAIL: 'nobody' }, ['TRUST_PROXY', 'ADMIN_EMAIL']],
    ])('C-01 judges %s', (_, change, problems) => {
      expect(problemsOf({ ...safe(), ...change }).sort()).toEqual([...problems].sort());
    });

    it('C-01 is also what .env says, where the environment is silent', async () => {
      const own = mkdtempSync(join(tmpdir(), 'sluice-dotenv-'));
      try {
        writeFileSync(join(own, '.env'), 'PORT=from-the-file\nLOG_LEVEL=from-the-file\n');
        const environment = { NODE_ENV: 'development', DATABASE_URL: database.url, LOG_LEVEL: 'warn' };
        const { code, stderr } = await runEntry('main', [], { environment, cwd: own, stopAt: SERVES });
        expect(code).toBe(EXIT_CONFIG);
        expect(stderr).toContain('PORT');
        expect(stderr).not.toMatch(/LOG_LEVEL|from-the-file/);
      } finally {
        rmSync(own, { recursive: true, force: true });
      }
    });
  });

  describe('the profiles', () => {
    it.each(UNSAFE)('C-03 production refuses %s (%s)', (_, variable, value) => {
      expect(problemsOf(safe())).toEqual([]);
      expect(problemsOf({ ...safe(), [variable]: value })).toContain(variable);
    });

    it('C-03 production does not start with any of them, and names each', async () => {
      const unsafe = Object.fromEntries(UNSAFE.map(([, variable, value]) => [variable, value]));
      const { code, stderr } = await start({ ...safe(), ...unsafe });
      expect(code).toBe(EXIT_CONFIG);
      for (const variable of Object.keys(unsafe)) expect(stderr).toContain(variable);
    });

    it('C-03 an unset NODE_ENV keeps the rules for secrets and mock sign-in', () => {
      const unset = { ...safe(), NODE_ENV: undefined };
      expect(problemsOf(unset)).toEqual([]);
      expect(problemsOf({ ...unset, MOCK_AUTH: 'true' })).toEqual(['MOCK_AUTH']);
      expect(problemsOf({ ...unset, JWT_SECRET: 'change-me-change-me-change-me-change-me' })).toEqual(['JWT_SECRET']);
    });

    // CORS for everybody is refused everywhere together with credentials, so it goes without them here.
    const loose = {
      CORS_ORIGIN: '*',
      CORS_CREDENTIALS: 'false',
      MOCK_AUTH: 'true',
      CSRF_PROTECTION: 'false',
      LOG_LEVEL: 'debug',
    };

    it('C-02 development starts with the same settings, and warns of each', async () => {
      const { code, stdout, stderr } = await start({
        ...safe(),
        ...loose,
        NODE_ENV: 'development',
        JWT_SECRET: 'change-me-change-me-change-me-change-me',
      });
      expect(stderr).toMatch(SERVES);
      expect(code).toBe(0);
      const lines = stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { level: string; variable?: string });
      const warned = lines.filter(({ level }) => level === 'warn').map(({ variable }) => variable);
      for (const name of ['CORS_ORIGIN', 'CSRF_PROTECTION', 'JWT_SECRET', 'LOG_LEVEL', 'MOCK_AUTH'])
        expect(warned).toContain(name);
      expect(stdout + stderr).not.toContain('change-me');
    });

    it('C-02 staging starts with debug logs, and refuses mock sign-in', async () => {
      const staging = { ...safe(), NODE_ENV: 'staging', LOG_LEVEL: 'debug' };
      const { code, stderr } = await start(staging);
      expect(stderr).toMatch(SERVES);
      expect(code).toBe(0);
      expect(problemsOf({ ...staging, MOCK_AUTH: 'true' })).toEqual(['MOCK_AUTH']);
    });

    it('C-02 production ends with the settings that staging starts with', async () => {
      const { code, stderr } = await start({ ...safe(), LOG_LEVEL: 'debug' });
      expect(code).toBe(EXIT_CONFIG);
      expect(stderr).toContain('LOG_LEVEL');
    });

    it('C-02 production starts with safe settings', async () => {
      const { code, stdout, stderr } = await start(safe());
      expect(stderr).toMatch(SERVES);
      expect(code).toBe(0);
      expect(stdout + stderr).not.toContain(STRONG);
    });
  });

  describe('npm run config:show', () => {
    it('C-05 prints every variable, with secrets as ***', async () => {
      const environment = { ...safe(), OPENAI_API_KEY: 'sk-a-provider-key-of-this-test', HOST: '0.0.0.0' };
      const { code, stdout, stderr } = await runEntry('config-show', [], { environment, cwd: folder });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(loadConfig(environment).describe())));
      expect(JSON.parse(stdout)).toMatchObject({
        profile: 'production',
        variables: { JWT_SECRET: '***', OPENAI_API_KEY: '***', DATABASE_URL: '***', HOST: '0.0.0.0', REDIS_URL: null },
      });
      for (const secret of [STRONG, 'sk-a-provider', database.url]) expect(stdout).not.toContain(secret);
    });

    it('C-05 says what is wrong instead, when something is', async () => {
      const { code, stdout, stderr } = await runEntry('config-show', [], {
        environment: { ...safe(), PORT: 'x' },
        cwd: folder,
      });
      expect({ code, stdout }).toEqual({ code: EXIT_CONFIG, stdout: '' });
      expect(stderr).toContain('PORT');
    });
  });

  it('makes one secret for two processes that start together, and shows it to its owner alone', async () => {
    const own = mkdtempSync(join(tmpdir(), 'sluice-secrets-'));
    try {
      const environment = { NODE_ENV: 'staging', DATA_DIR: own, DATABASE_URL: database.url };
      const ended = await Promise.all([1, 2, 3].map(() => runEntry('config-show', [], { environment, cwd: own })));
      expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
      expect(statSync(join(own, 'secrets', 'jwt-secret')).mode & 0o777).toBe(0o600);
      expect(loadConfig(environment).secrets()).toEqual(loadConfig(environment).secrets());
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  });

  it.each([
    ['seed', 'db:seed takes no arguments, and got --force.'],
    ['config-show', 'config:show takes no arguments, and got --force.'],
  ])('is not guessed from arguments that %s does not know', async (tool, sentence) => {
    const { code, stderr, stdout } = await runEntry(tool, ['--force'], { environment: safe(), cwd: folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
  });

  it('is told of by a tool that is asked how it is used', async () => {
    const { code, stdout } = await runEntry('config-show', ['--help'], { environment: safe(), cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: npm run config:show');
  });

  it.each([
    [{ ALLOW_UNVERIFIED_EMAIL_LOGIN: 'false' }, 'ALLOW_UNVERIFIED_EMAIL_LOGIN must not be false where no mail is sent'],
    [
      { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'a@example.com' },
      'PUBLIC_URL must be set where mail is sent in production',
    ],
  ])('C-01 is refused where %j cannot work together with the rest', async (more, sentence) => {
    const { code, stderr } = await start({ ...safe(), ...more });
    expect(stderr).toContain(sentence);
    expect(code).toBe(EXIT_CONFIG);
    expect(stderr).not.toContain('    at ');
  });

  it('is production, and somebody hears what is missing for it', async () => {
    const { DATABASE_URL: _none, ...embedded } = safe();
    const { stderr } = await start(embedded);
    expect(stderr).toContain('Mind: DATABASE_URL is not set.');
    expect(stderr).toContain('Mind: no provider is configured.');
  });

  it('names a host that cannot be listened on, in a sentence alone', async () => {
    const { code, stdout, stderr } = await start({ ...safe(), HOST: 'nosuchhost.invalid' });
    expect(code).toBe(1);
    expect(stderr).toContain('HOST is nosuchhost.invalid, which no name service knows.');
    expect(stderr).not.toMatch(/The application is ready|    at /);
    expect(stdout).not.toContain('ENOTFOUND');
  });
});
