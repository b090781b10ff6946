import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { httpConfig } from '#libs/http';
import { canonicalEmail } from '#libs/kernel';
import { authConfig } from '../auth/auth.config.js';
import { FirstAdministrator } from '../auth/first-administrator.js';
import { UserDirectory } from '../users/user.directory.js';
import type { Platform } from './platform.js';
import { say } from './progress.js';
import { type QuickStart, quickStart } from './quick-start.js';

/** Sees to it that there is an administrator and something to try, and says so once the address is known. */
export async function prepareWelcome(app: NestFastifyApplication, platform: Platform): Promise<(url: string) => void> {
  const { config } = platform;
  const administrator = await app.get(FirstAdministrator).ensure();
  const trial = config.profile === 'production' ? undefined : await trialOf(app, config.get(authConfig).adminEmail);
  const docs = config.get(httpConfig).docs ?? config.profile !== 'production';
  return (url) => {
    const lines = ['', `Sluice serves at ${url}`, ''];
    if (docs) lines.push(`  Documentation   ${url}/docs`);
    if (administrator) lines.push(`  Administrator   ${administrator.email}`);
    if (administrator?.password) lines.push(`  Password        ${administrator.password}   (shown this once: keep it)`);
    if (trial) lines.push('', '  Try it (the key lives for a day):', '', `  ${curl(url, trial)}`);
    if (platform.simulated) lines.push('', SIMULATED);
    else if (!trial && config.profile !== 'production') lines.push('', NO_MODEL);
    say([...lines, ''].join('\n'));
  };
}

const SIMULATED =
  '  Answers are SIMULATED: no provider is configured. Set OPENAI_API_KEY, LITELLM_API_URL, OPENROUTER_API_KEY or\n' +
  '  ANTHROPIC_API_KEY and start again; see docs/configuration.md.';
const NO_MODEL = '  No model can be called yet: the providers did not list any. GET /health and the log say why.';

async function trialOf(app: NestFastifyApplication, adminEmail: string): Promise<QuickStart | undefined> {
  const account = await app.get(UserDirectory).findByEmail(canonicalEmail(adminEmail));
  if (account?.status !== 'active') return undefined;
  const { id, role } = account;
  return quickStart(app, { kind: 'user', id, userId: id, role, sessionId: 'start' });
}

/** One line to paste. */
function curl(url: string, { key, modelId }: QuickStart): string {
  const body = JSON.stringify({ model: modelId, messages: [{ role: 'user', content: 'Hello!' }] });
  return `curl ${url}/v1/chat/completions -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' -d '${body}'`;
}
