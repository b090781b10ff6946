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
    /** Resolves when it has ended, for whatever reason. */
    readonly ended: Promise<unknown>,
  ) {}

  /** @throws StartFailure when it does not come up */
  static async start(entry: string = ENTRY): Promise<SimulatorProcess> {
    const child = fork(entry, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const abort = new AbortController();
    const late = setTimeout(() => abort.abort(), START_LIMIT_MS);
    try {
      return new SimulatorProcess(child, await announcement(child, ended, abort.signal), ended);
    } catch (error) {
      child.kill('SIGKILL');
      const sentence = 'The simulated provider did not start. Configure a real one, for example OPENAI_API_KEY.';
      throw new StartFailure(sentence, { cause: error });
    } finally {
      abort.abort();
      clearTimeout(late);
    }
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended;
  }
}

/** @throws Error when the process says something else, ends, or says nothing until the signal comes */
async function announcement(child: ChildProcess, ended: Promise<unknown>, signal: AbortSignal): Promise<string> {
  const dead = ended.then(() => {
    throw new Error('it ended');
  });
  const [message] = (await Promise.race([once(child, 'message', { signal }), dead])) as [
    { simulator?: { url?: string } },
  ];
  if (message.simulator?.url === undefined) throw new Error('unexpected announcement');
  return message.simulator.url;
}
