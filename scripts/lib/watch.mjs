import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { forwardSignals, startApplication } from './application.mjs';
import { pinnedNode } from './node.mjs';
import { NODE_MODULES, ROOT } from './paths.mjs';
import { exitCode } from './processes.mjs';

/** Compiles on every change and restarts the application after each compilation without errors. */
export async function watchApplication() {
  const tsc = join(NODE_MODULES, 'typescript', 'bin', 'tsc');
  const compiler = spawn(pinnedNode(), [tsc, '-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let application;
  let ended = Promise.resolve(0);
  let stopping = false;
  const restart = async () => {
    application?.kill('SIGTERM');
    await ended;
    if (stopping) return;
    application = startApplication();
    ended = exitCode(application);
  };
  const stopForwarding = forwardSignals((signal) => {
    stopping = true;
    application?.kill(signal);
    compiler.kill();
  });
  let restarts = Promise.resolve();
  createInterface({ input: compiler.stdout }).on('line', (line) => {
    if (line.trim() !== '') process.stderr.write(`${line}\n`);
    if (/Found 0 errors/.test(line)) restarts = restarts.then(restart);
  });
  const compilerCode = await exitCode(compiler);
  stopping = true;
  application?.kill('SIGTERM');
  await restarts;
  const code = await ended;
  stopForwarding();
  return code || (compilerCode > 128 ? 0 : compilerCode);
}
