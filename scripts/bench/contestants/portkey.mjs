// The Portkey gateway as npm has it: it only routes. It is no dependency of the project, so it is fetched for the run.
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { npmCommand, pinnedNode } from '../../lib/node.mjs';
import { ROOT } from '../../lib/paths.mjs';
import { say } from '../../lib/say.mjs';
import { CHAT } from '../requests.mjs';
import { answering, freePort } from '../stage.mjs';

const PACKAGE = '@portkey-ai/gateway@1.15.2';
const FETCH_LIMIT_MS = 90_000;

/** @returns the contestant, or a sentence why it is left out */
export async function startPortkey(stage, upstream) {
  const folder = join(stage.folder, 'portkey');
  say(`Fetching ${PACKAGE} …`);
  if (!(await fetched(stage, folder))) return `npm could not fetch ${PACKAGE}`;
  const port = await freePort();
  const entry = join(folder, 'node_modules', '@portkey-ai', 'gateway', 'build', 'start-server.js');
  const onlyLoopback = pathToFileURL(join(ROOT, 'scripts/bench/contestants/only-loopback.mjs')).href;
  const child = stage.spawn(pinnedNode(), ['--import', onlyLoopback, entry, '--headless', `--port=${port}`], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const url = `http://127.0.0.1:${port}`;
  const headers = {
    authorization: 'Bearer bench-key',
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `${upstream}/v1`,
  };
  const asked = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: CHAT };
  await answering('Portkey', child, `${url}/v1/chat/completions`, asked);
  return { name: 'Portkey', url, headers, pid: child.pid };
}

async function fetched(stage, folder) {
  mkdirSync(folder);
  const [npm, ...args] = npmCommand();
  // Its own script after the installation would only patch what is for developers.
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--prefix', folder, PACKAGE];
  const child = stage.spawn(npm, [...args, ...install], { cwd: folder });
  const timer = setTimeout(() => child.kill('SIGTERM'), FETCH_LIMIT_MS);
  const [code] = await once(child, 'exit').catch(() => [1]);
  clearTimeout(timer);
  return code === 0;
}
