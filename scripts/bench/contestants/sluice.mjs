// Sluice with everything on: a durable PostgreSQL, authentication, subscription with quotas, limits of calls and tokens, budgets of
// key, person and team, prepaid balance, audit, metrics, logs at info into a file. No limit is ever reached.
import { randomBytes } from 'node:crypto';
import { mkdirSync, openSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NODE_FLAGS } from '../../lib/node.mjs';
import { ROOT } from '../../lib/paths.mjs';
import { Failure } from '../../lib/say.mjs';
import { MODEL } from '../requests.mjs';
import { announced, answering, freePort, within } from '../stage.mjs';

const ADMIN = { email: 'bench@sluice.local', password: 'Measured-4-Times!' };
const METRICS_TOKEN = 'bench-metrics-token-0123456789abcdef';
const SCRAPE_MS = 5_000;
const MILLION_DOLLARS = '1000000';
/** A million dollars in credits, the most that one entry may be. */
const CREDITS = 1_000_000_000_000;
const MANY = 1_000_000_000;
const QUOTAS = { quotaRequests: 1_000_000_000_000, quotaTokens: 1_000_000_000_000 };
const LIMITS = { rpmLimit: MANY, tpmLimit: MANY, maxBudget: MILLION_DOLLARS, budgetDuration: 'monthly' };

/** The processes of Sluice on one database, and the key that callers use. */
export class SluiceHouse {
  key;
  #stage;
  #environment;

  constructor(stage, postgres, upstream) {
    this.#stage = stage;
    this.postgres = postgres;
    this.#environment = {
      NODE_ENV: 'production',
      DATA_DIR: join(stage.folder, 'data'),
      DATABASE_URL: postgres.url,
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      METRICS_TOKEN,
      ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      JWT_SECRET: randomBytes(32).toString('base64'),
      OPENAI_API_KEY: 'bench-key',
      OPENAI_BASE_URL: `${upstream}/v1`,
      BALANCE_ENABLED: 'true',
      // Counted like any other; only never reached.
      RATE_LIMIT_API_KEY_PER_MINUTE: String(MANY),
      // Nobody is there to hold a second factor to the administrator.
      REQUIRE_ADMIN_MFA: 'false',
      // One address signs in more often than any that is used by people.
      AUTH_RATE_MAX: '1000000',
      AUTH_NETWORK_RATE_MAX: '1000000',
      AUTH_ACCOUNT_RATE_MAX: '1000000',
      RATE_LIMIT_ANONYMOUS_PER_MINUTE: String(MANY),
      GATEWAY_OPEN_CALLS_PER_KEY: '20000',
      MAX_CONNECTIONS: '20000',
      UPSTREAM_MAX_CONNECTIONS: '20000',
      UPSTREAM_IDLE_TIMEOUT_SECONDS: '3600',
      UPSTREAM_TIMEOUT_SECONDS: '600',
    };
  }

  static async open(stage, upstream) {
    mkdirSync(join(stage.folder, 'data'));
    const child = stage.fork('scripts/bench/postgres.process.mjs', [stage.folder]);
    const { url } = await announced(child);
    return new SluiceHouse(stage, { url, pid: child.pid }, upstream);
  }

  /** Who may sign in. */
  get administrator() {
    return ADMIN;
  }

  /** One more process; the first one is also told who may call what. */
  async start(name) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const logFile = join(this.#stage.folder, `${name}.log`);
    const child = this.#stage.fork('dist/src/main.js', [], {
      env: { ...this.#environment, PORT: String(port) },
      execArgv: [...NODE_FLAGS, '--expose-gc', '--import', pathToFileURL(join(ROOT, 'scripts/bench/probe.mjs')).href],
      out: openSync(logFile, 'a'),
    });
    try {
      await answering('Sluice', child, `${url}/readiness`);
    } catch (failure) {
      throw new Failure(`${failure.message} It wrote: ${readFileSync(logFile, 'utf8').slice(-1_000)}`);
    }
    this.key ??= await moveIn(url);
    const scrape = setInterval(() => {
      fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } }).then(
        (response) => response.arrayBuffer(),
        () => undefined,
      );
      // As a rotation would: a full disk is not what is measured.
      truncateSync(logFile);
    }, SCRAPE_MS);
    child.once('exit', () => clearInterval(scrape));
    return {
      name,
      url,
      headers: { authorization: `Bearer ${this.key}` },
      pid: child.pid,
      child,
      logFile,
      database: this.postgres,
    };
  }
}

/** Asks the probe within a process of Sluice. */
export async function probe({ child }, question, detail = {}) {
  return within(60_000, `Sluice did not answer "${question}"`, (resolve) => {
    const listen = (message) => {
      if (message?.probe !== question) return;
      child.off('message', listen);
      resolve(message.answer);
    };
    child.on('message', listen);
    child.send({ probe: question, ...detail });
  });
}

/** A person with a balance and limits, a subscription with quotas, a team with limits, and a key of theirs with limits. */
async function moveIn(url) {
  const { accessToken } = await ask(url, undefined, 'POST', '/api/auth/login', ADMIN);
  const admin = (...request) => ask(url, accessToken, ...request);
  const { id } = await admin('GET', '/api/v1/auth/me');
  await admin('PATCH', `/api/v1/admin/users/${id}/budget-limits`, LIMITS);
  await admin('PUT', `/api/v1/admin/users/${id}/balance`, { credits: CREDITS, reason: 'Benchmark' });
  const team = await admin('POST', '/api/v1/teams', { slug: 'bench', name: 'Bench', ...LIMITS });
  // Whoever starts first may be subscribed already.
  await admin('POST', '/api/v1/subscriptions', { modelId: MODEL }).catch(() => undefined);
  const [subscription] = await admin('GET', '/api/v1/subscriptions');
  await admin('PATCH', `/api/v1/subscriptions/${subscription.id}`, QUOTAS);
  const wish = { name: 'bench', modelIds: [MODEL], teamId: team.id, ...LIMITS };
  const { key } = await admin('POST', '/api/v1/api-keys', wish);
  return key;
}

async function ask(url, token, method, path, content) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const init = { method, headers, ...(content && { body: JSON.stringify(content) }) };
  const response = await fetch(url + path, init);
  if (!response.ok) throw new Failure(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()).data;
}
