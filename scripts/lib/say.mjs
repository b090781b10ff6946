/** A failure that a person can act on; its message is the whole explanation. */
export class Failure extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Progress goes to standard error, so that standard output stays the program's own. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Runs `step`, telling that it runs, that it still runs, and how long it took. */
export async function withProgress(title, step) {
  const started = Date.now();
  const seconds = () => ((Date.now() - started) / 1000).toFixed(1);
  say(`${title} …`);
  const heartbeat = setInterval(() => say(`  still at it after ${Math.round(seconds())} s`), 10_000);
  try {
    const result = await step();
    say(`  done in ${seconds()} s`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}
