import { Simulator } from './simulator.js';

/**
 * The simulator as a process of its own: `node main.js [--port=4000]`.
 *
 * Announces `{"simulator":{"url":…,"pid":…}}` by IPC where there is a channel, else as one line on stdout. Ends on
 * SIGTERM and SIGINT, and when its parent is gone: the IPC channel closes, or stdin ends.
 */
async function main(): Promise<void> {
  const port = Number(process.argv.find((argument) => argument.startsWith('--port='))?.slice('--port='.length) ?? 0);
  const simulator = await Simulator.start({ port });
  let stopping = false;
  const stop = (): void => {
    if (!stopping) {
      stopping = true;
      void simulator.stop().finally(() => process.exit(0));
    }
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const announcement = { simulator: { url: simulator.url, pid: process.pid } };
  if (process.send === undefined) {
    process.stdin.once('close', stop).once('end', stop).resume();
    process.stdout.write(`${JSON.stringify(announcement)}\n`);
  } else {
    process.once('disconnect', stop);
    process.send(announcement);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`The simulator did not start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
