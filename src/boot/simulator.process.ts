import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { StartFailure } from './start-failure.js';

// Beside the running entry in the build: dist/src/main.js and dist/libs.
const ENTRY = join(dirname(process.argv[1] ?? ''), '..', 'libs', 'simulator', 'src', 'main.js');
const START_LIMIT_MS = 10_000;

/** The simulated provider as a process of its own; it ends with us. */
export class SimulatorProcess {
  private constructor(
    private readonly child: ChildProcess,
    /** Where it listens, on loopback. */
    readonly url: string,
  ) {}

  /** @throws StartFailure when it does not come up */
  static async start(): Promise<SimulatorProcess> {
    const child = fork(ENTRY, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const abort = new AbortController();
    const late = setTimeout(() => abort.abort(), START_LIMIT_MS);
    try {
      const [message] = (await once(child, 'message', { signal: abort.signal })) as [{ simulator?: { url?: string } }];
      const url = message.simulator?.url;
      if (url === undefined) throw new Error('unexpected announcement');
      return new SimulatorProcess(child, url);
    } catch (error) {
      child.kill('SIGKILL');
      throw new StartFailure(
        'The simulated provider did not start. Configure a real one, for example OPENAI_API_KEY.',
        {
          cause: error,
        },
      );
    } finally {
      clearTimeout(late);
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}
