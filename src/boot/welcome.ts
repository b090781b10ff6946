import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Profile } from '#libs/config';
import { httpConfig } from '#libs/http';
import { canonicalEmail, DomainError } from '#libs/kernel';
import { authConfig } from '../auth/auth.config.js';
import { FirstAdministrator } from '../auth/first-administrator.js';
import { UserDirectory } from '../users/user.directory.js';
import type { Platform } from './platform.js';
import { say } from './progress.js';
import { type QuickStart, quickStart } from './quick-start.js';
import { StartFailure } from './start-failure.js';

/** Where a live key may stand on the terminal: the machine of whoever started it. */
const TRIAL_PROFILES: readonly Profile[] = ['local', 'development'];

/** Sees to it that there is an administrator and something to try, and says so once the address is known. */
export async function prepareWelcome(app: NestFastifyApplication, platform: Platform): Promise<(url: string) => void> {
  const { config } = platform;
  const administrator = await firstAdministrator(app, config.get(authConfig).adminEmail);
  const tries = TRIAL_PROFILES.includes(config.profile);
  const trial = tries ? await trialOf(app, config.get(authConfig).adminEmail) : undefined;
  const docs = config.get(httpConfig).docs ?? config.profile !== 'production';
  return (url) => {
    const lines = ['', `Sluice serves at ${url}`, ''];
    if (docs) lines.push(`  Documentation   ${url}/docs`);
    if (administrator) lines.push(`  Administrator   ${administrator.email}`);
    if (administrator?.password) lines.push(`  Password        ${administrator.password}   (shown this once: keep it)`);
    if (trial) lines.push('', '  Try it (the key lives for a day):', '', `  ${curl(url, trial)}`);
    if (platform.simulated) lines.push('', SIMULATED);
    if (!trial && tries) lines.push('', NO_TRIAL);
    say([...lines, ''].join('\n'));
  };
}

const SIMULATED =
  '  Answers are SIMULATED: no provider is configured. Set OPENAI_API_KEY, LITELLM_API_URL, OPENROUTER_API_KEY or\n' +
  '  ANTHROPIC_API_KEY and start again; see docs/configuration.md.';
const NO_TRIAL = '  There is no key to try: the administrator can call no model yet. GET /health and the log say why.';

async function firstAdministrator(
  app: NestFastifyApplication,
  email: string,
): ReturnType<FirstAdministrator['ensure']> {
  try {
    return await app.get(FirstAdministrator).ensure();
  } catch (error) {
    if (!(error instanceof DomainError && error.kind === 'conflict')) throw error;
    throw new StartFailure(
      `Nobody can administer this house, and ${email} belongs to somebody who may not. Set ADMIN_EMAIL to an address that has no account.`,
      { cause: error },
    );
  }
}

/** What cannot be tried must not keep the house from opening. */
async function trialOf(app: NestFastifyApplication, adminEmail: string): Promise<QuickStart | undefined> {
  const account = await app.get(UserDirectory).findByEmail(canonicalEmail(adminEmail));
  if (account?.status !== 'active') return undefined;
  const { id, role } = account;
  try {
    return await quickStart(app, {
      kind: 'user',
      id,
      userId: id,
      role,
      sessionId: 'start',
      methods: [],
      authenticatedAt: new Date(),
      isFullyProved: true,
      duties: [],
    });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    say(`  There is no key to try: ${error.message}`);
    return undefined;
  }
}

/** One line to paste. */
function curl(url: string, { key, modelId }: QuickStart): string {
  const body = JSON.stringify({ model: modelId, messages: [{ role: 'user', content: 'Hello!' }] });
  return `curl ${url}/v1/chat/completions -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' -d '${body}'`;
}
