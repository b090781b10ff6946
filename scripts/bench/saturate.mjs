// As many requests as a contestant can take: every connection asks anew as soon as it is answered.
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedNode } from '../lib/node.mjs';
import { NODE_MODULES, ROOT } from '../lib/paths.mjs';
import { Failure } from '../lib/say.mjs';
import { isInstalled, PIN, WHERE } from './cores.mjs';
import { CHAT } from './requests.mjs';

const GRACE_MS = 30_000;

const HAS_WRK = isInstalled('wrk');
export const DRIVER = `${HAS_WRK ? 'wrk' : 'autocannon'}${WHERE}`;

/** @returns requests a second, p50 and p99 in milliseconds, how many requests; a request that failed fails it all */
export async function saturate(stage, contestant, seconds, connections) {
  const measure = HAS_WRK ? withWrk : withAutocannon;
  const { url, headers, name } = contestant;
  const result = await measure(stage, `${url}/v1/chat/completions`, headers, seconds, connections);
  if (result.errors > 0 || result.requests === 0) {
    const said = await oneAnswer(contestant);
    const sentence = `${name}: ${result.errors} of ${result.requests} requests failed, so the figure would mean nothing.`;
    throw new Failure(`${sentence} Now one is answered: ${said}${complaints(contestant)}`);
  }
  return result;
}

async function oneAnswer({ url, headers }) {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: CHAT };
  try {
    const response = await fetch(`${url}/v1/chat/completions`, init);
    return `${response.status} ${(await response.text()).slice(0, 300)}`;
  } catch (error) {
    return `not at all (${error.message})`;
  }
}

/** What it wrote of late that is no success. */
function complaints({ logFile }) {
  if (!logFile) return '';
  const lines = readFileSync(logFile, 'utf8').split('\n');
  return ['', ...lines.filter((line) => /"status":[45]|"level":"(?:warn|error|fatal)"/.test(line)).slice(-5)].join(
    '\n  ',
  );
}

async function withWrk(stage, url, headers, seconds, connections) {
  const body = join(stage.folder, 'chat.json');
  // Another wrk may be reading it.
  if (!existsSync(body)) writeFileSync(body, CHAT);
  const fields = { 'content-type': 'application/json', ...headers };
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '20s', '--latency'];
  for (const [field, value] of Object.entries(fields)) args.push('-H', `${field}: ${value}`);
  args.push('-s', join(ROOT, 'scripts/bench/wrk.lua'), url, '--', body);
  const output = await outputOf(stage, [...PIN, 'wrk', ...args], seconds);
  const { requests, microseconds, p50, p99, errors } = JSON.parse(/^JSON (.*)$/m.exec(output)?.[1] ?? 'null') ?? {};
  return { requests, perSecond: (requests / microseconds) * 1e6, p50: p50 / 1e3, p99: p99 / 1e3, errors };
}

async function withAutocannon(stage, url, headers, seconds, connections) {
  const autocannon = join(NODE_MODULES, 'autocannon', 'autocannon.js');
  const args = ['-j', '-m', 'POST', '-c', String(connections), '-d', String(seconds), '-b', CHAT];
  for (const [field, value] of Object.entries({ 'content-type': 'application/json', ...headers })) {
    args.push('-H', `${field}=${value}`);
  }
  const output = await outputOf(stage, [...PIN, pinnedNode(), autocannon, ...args, url], seconds);
  const { requests, duration, latency, non2xx, errors, timeouts } = JSON.parse(output);
  return {
    requests: requests.total,
    perSecond: requests.total / duration,
    p50: latency.p50,
    p99: latency.p99,
    errors: non2xx + errors + timeouts,
  };
}

async function outputOf(stage, [program, ...args], seconds) {
  const child = stage.spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000 + GRACE_MS);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  if (code !== 0) throw new Failure(`The driver ended with code ${code}: ${output.slice(-300)}`);
  return output;
}
