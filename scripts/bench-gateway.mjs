// `npm run bench:gateway`: requests a second of POST /v1/chat/completions through Sluice, with authentication,
// entitlement, real PostgreSQL and the usage row committed before each answer, beside a bare Node proxy and the
// provider alone. All contestants run in one go, interleaved; only ratios of one run mean anything.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { build } from './lib/build.mjs';
import { main } from './lib/main.mjs';
import { pinnedNode } from './lib/node.mjs';
import { readOptions } from './lib/options.mjs';
import { ROOT } from './lib/paths.mjs';
import { Failure, say } from './lib/say.mjs';

const BODY = JSON.stringify({
  model: 'bench-model',
  messages: [
    { role: 'system', content: 'You are a helpful assistant who answers briefly.' },
    { role: 'user', content: 'Hello! Please introduce yourself in one short sentence.' },
  ],
  max_tokens: 64,
});
const ADMIN = { email: 'bench@sluice.local', password: 'Measured-4-Times!' };
const children = [];
let profileTo;

function start(entry, args, env = {}) {
  const child = fork(join(ROOT, entry), args, {
    execPath: pinnedNode(),
    execArgv: profileTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`],
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  children.push(child);
  return child;
}

function announced(child) {
  return new Promise((resolve, reject) => {
    child.once('message', ({ url }) => resolve(url));
    child.once('exit', (code) => reject(new Failure(`A contestant ended with code ${code} before it was ready.`)));
  });
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function startSluice(upstream, dataDir) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = start('dist/src/main.js', [], {
    PORT: String(port),
    DATA_DIR: dataDir,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    OPENAI_API_KEY: 'bench-key',
    OPENAI_BASE_URL: `${upstream}/v1`,
    // Counted like any other; only never reached.
    RATE_LIMIT_API_KEY_PER_MINUTE: '1000000000',
  });
  const deadline = Date.now() + 60_000;
  while (
    !(await fetch(`${url}/readiness`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Failure('Sluice did not become ready.');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const send = async (method, path, body, token) => {
    const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const response = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Failure(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()).data;
  };
  const post = (path, body, token) => send('POST', path, body, token);
  const { accessToken } = await post('/api/auth/login', ADMIN);
  await post('/api/v1/subscriptions', { modelId: 'bench-model' }, accessToken).catch(() => undefined);
  // Counted like any other; only never reached.
  const [{ id }] = await send('GET', '/api/v1/subscriptions', undefined, accessToken);
  const quotas = { quotaRequests: 1_000_000_000_000, quotaTokens: 1_000_000_000_000 };
  await send('PATCH', `/api/v1/subscriptions/${id}`, quotas, accessToken);
  const { key } = await post('/api/v1/api-keys', { name: 'bench', modelIds: ['bench-model'] }, accessToken);
  return { url, key, pid: child.pid };
}

async function measure({ url, key }, seconds, connections) {
  const result = await autocannon({
    url: `${url}/v1/chat/completions`,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
    body: BODY,
    connections,
    duration: seconds,
  });
  const bad = result.non2xx + result.errors + result.timeouts;
  if (bad > 0) throw new Failure(`${bad} of ${result.requests.total} requests failed; the figure would mean nothing.`);
  return { requestsPerSecond: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

await main(async (argv) => {
  const options = {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
    json: { type: 'string' },
    profile: { type: 'string' },
  };
  const hint = `its options are ${Object.keys(options)
    .map((name) => `--${name}`)
    .join(', ')}, each with a value.`;
  const values = readOptions('npm run bench:gateway', argv, options, hint);
  for (const name of ['seconds', 'rounds', 'connections']) {
    if (!/^[1-9]\d{0,4}$/.test(values[name])) throw new Failure(`--${name} takes a whole number, from 1.`, 2);
  }
  profileTo = values.profile;
  await build();
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    const upstream = await announced(start('scripts/bench/upstream.mjs', []));
    const contestants = {
      'provider alone': { url: upstream },
      'bare Node proxy': { url: await announced(start('scripts/bench/bare-proxy.mjs', [upstream])) },
      Sluice: await startSluice(upstream, dataDir),
    };
    const results = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
    for (const contestant of Object.values(contestants)) await measure(contestant, 2, Number(values.connections));
    for (let round = 1; round <= Number(values.rounds); round += 1) {
      for (const [name, contestant] of Object.entries(contestants)) {
        results[name].push(await measure(contestant, Number(values.seconds), Number(values.connections)));
      }
      say(`round ${round} of ${values.rounds} done`);
    }
    const floor = median(results['bare Node proxy'].map(({ requestsPerSecond }) => requestsPerSecond));
    const table = Object.entries(results).map(([name, rounds]) => {
      const requestsPerSecond = Math.round(median(rounds.map((round) => round.requestsPerSecond)));
      return {
        contestant: name,
        requestsPerSecond,
        p50ms: median(rounds.map(({ p50 }) => p50)),
        p99ms: median(rounds.map(({ p99 }) => p99)),
        ofBareProxy: `${Math.round((requestsPerSecond / floor) * 100)} %`,
      };
    });
    console.table(table);
    if (values.json) writeFileSync(values.json, `${JSON.stringify({ table, results }, null, 2)}\n`);
    return 0;
  } finally {
    for (const child of children) if (child.exitCode === null) child.kill('SIGTERM');
    await Promise.all(children.map((child) => child.exitCode ?? new Promise((resolve) => child.once('exit', resolve))));
    rmSync(dataDir, { recursive: true, force: true });
  }
});
