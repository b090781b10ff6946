import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { eventually } from '../support/eventually.js';

const LAUNCHER = pathToFileURL(resolve(__dirname, '../../scripts/lib/application.mjs')).href;

/** The launcher over an application of these few words. */
function launch(application: string) {
  const script =
    `import { spawn } from 'node:child_process'; import { superviseApplication } from '${LAUNCHER}';\n` +
    `const child = spawn(process.execPath, ['-e', ${JSON.stringify(application)}], { stdio: 'inherit', detached: true });\n` +
    'process.exitCode = await superviseApplication(child);';
  const launcher = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
  });
  const said = { out: '', err: '' };
  launcher.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  launcher.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  const ended = once(launcher, 'exit') as Promise<[number | null]>;
  return { launcher, said, ended };
}

describe('the launcher', () => {
  it('says when the application was killed by somebody else', async () => {
    const { said, ended } = launch("process.kill(process.pid, 'SIGKILL')");
    expect(await ended).toEqual([137, null]);
    expect(said.err).toContain('Sluice: the application was ended by SIGKILL, not by us.');
  });

  it('ends an application that hears no signal, two seconds after the second wish', async () => {
    const deaf = "process.on('SIGTERM', () => console.log('heard')); setInterval(() => {}, 1000); console.log('up');";
    const { launcher, said, ended } = launch(deaf);
    await eventually(() => expect(said.out).toContain('up'));
    launcher.kill('SIGTERM');
    await eventually(() => expect(said.out).toContain('heard'));
    // Two signals within half a second are one wish.
    await delay(600);
    const startedAt = performance.now();
    launcher.kill('SIGTERM');
    expect(await ended).toEqual([137, null]);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
