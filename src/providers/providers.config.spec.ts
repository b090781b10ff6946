import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig } from '#libs/config';
import { configuredProviders } from './configured-providers.js';
import { providersConfig } from './providers.config.js';

describe('the providers of the environment', () => {
  let dataDir: string;
  const load = (environment: Record<string, string>) =>
    loadConfig({ NODE_ENV: 'test', DATA_DIR: dataDir, ...environment });
  const providers = (environment: Record<string, string>) =>
    configuredProviders(load(environment).get(providersConfig));
  const problems = (environment: Record<string, string>): string => {
    try {
      load(environment);
      return '';
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.message;
    }
  };

  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'sluice-providers-'));
  });
  afterAll(() => rmSync(dataDir, { recursive: true }));

  it('are none when nothing is set', () => {
    expect(providers({})).toEqual([]);
  });

  it('come in order of precedence, each with the base of its OpenAI paths', () => {
    const all = providers({
      SIMULATOR_URL: 'http://127.0.0.1:4001',
      ANTHROPIC_API_KEY: 'sk-ant',
      ANTHROPIC_BASE_URL: 'https://claude.corp.example',
      OPENROUTER_API_KEY: 'sk-or',
      OPENAI_API_KEY: 'sk-1, sk-2,,sk-1',
      LITELLM_API_URL: 'http://litellm:4000/',
    });
    expect(all).toEqual([
      { slug: 'litellm', kind: 'litellm', baseUrl: 'http://litellm:4000/v1', keys: [], allowPrivate: true },
      {
        slug: 'openai',
        kind: 'openai',
        baseUrl: 'https://api.openai.com/v1',
        keys: ['sk-1', 'sk-2'],
        allowPrivate: false,
      },
      {
        slug: 'openrouter',
        kind: 'openrouter',
        baseUrl: 'https://openrouter.ai/api/v1',
        keys: ['sk-or'],
        allowPrivate: false,
      },
      {
        slug: 'anthropic',
        kind: 'anthropic',
        baseUrl: 'https://claude.corp.example/v1',
        keys: ['sk-ant'],
        allowPrivate: true,
      },
      { slug: 'simulator', kind: 'simulator', baseUrl: 'http://127.0.0.1:4001/v1', keys: [], allowPrivate: true },
    ]);
  });

  it('may be an OpenAI server of our own without a key', () => {
    expect(providers({ OPENAI_BASE_URL: 'http://10.0.0.5:8000/v1' })).toEqual([
      { slug: 'openai', kind: 'openai', baseUrl: 'http://10.0.0.5:8000/v1', keys: [], allowPrivate: true },
    ]);
  });

  it.each([
    [{ LITELLM_API_KEY: 'sk-lonely-key' }, 'LITELLM_API_KEY is of no use alone: set LITELLM_API_URL too'],
    [{ OPENROUTER_BASE_URL: 'https://or.test' }, 'OPENROUTER_BASE_URL is of no use alone'],
    [{ ANTHROPIC_BASE_URL: 'https://an.test' }, 'ANTHROPIC_BASE_URL is of no use alone'],
    [{ LITELLM_API_URL: 'http://user:hunter22@proxy' }, 'LITELLM_API_URL must be an address alone'],
    [{ OPENAI_BASE_URL: 'https://up.test/v1?key=hunter22' }, 'OPENAI_BASE_URL must be an address alone'],
    [{ OPENAI_BASE_URL: 'ftp://hunter22.test' }, 'OPENAI_BASE_URL must be an absolute URL'],
    [{ OPENAI_API_KEY: 'sk-hunter22\r\nx-evil: 1' }, 'OPENAI_API_KEY must be one key or several'],
    [{ OPENAI_API_KEY: ' , ' }, 'OPENAI_API_KEY must be one key or several'],
  ])('are refused when they make no sense: %j', (environment, rule) => {
    const message = problems(environment);
    expect(message).toContain(rule);
    expect(message).not.toMatch(/hunter22|lonely/);
  });

  it('are never simulated in production', () => {
    const simulated = { SIMULATOR_URL: 'http://127.0.0.1:4001' };
    expect(problems({ ...simulated, NODE_ENV: 'production' })).toContain('SIMULATOR_URL');
    expect(load(simulated).warnings.map(({ variable }) => variable)).toContain('SIMULATOR_URL');
  });
});
