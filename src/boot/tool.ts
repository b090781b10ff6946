import { explain } from './start-failure.js';

/** The command line cannot be understood; the message says what it should be. */
export class UsageError extends Error {}

const EXIT_USAGE = 2;

/** Runs a command line tool of the application. Failures are explained on stderr; stdout holds results alone. */
export function runTool(work: (argv: string[]) => Promise<void> | void): void {
  void attempt(work).then((exitCode) => {
    process.exitCode = exitCode;
    // What an application opened before it failed would keep the process, and nobody holds it to close it.
    if (exitCode !== 0) process.stdout.write('', () => process.exit());
  });
}

async function attempt(work: (argv: string[]) => Promise<void> | void): Promise<number> {
  try {
    await work(process.argv.slice(2));
    return 0;
  } catch (error) {
    if (error instanceof HelpAsked) {
      print(error.message);
      return 0;
    }
    const { message, exitCode } =
      error instanceof UsageError ? { message: error.message, exitCode: EXIT_USAGE } : explain(error);
    process.stderr.write(`${message}\n`);
    return exitCode;
  }
}

/** Somebody asked how a tool is used. */
class HelpAsked extends Error {}

/** @throws for a tool that takes no arguments and got some; it ends well where it was asked for help */
export function expectNoArguments(command: string, argv: readonly string[]): void {
  if (argv.length === 0) return;
  if (argv.some((argument) => argument === '--help' || argument === '-h')) {
    throw new HelpAsked(
      `Usage: npm run ${command}\n\nSettings come from the environment or .env: docs/configuration.md.`,
    );
  }
  throw new UsageError(
    `${command} takes no arguments, and got ${argv.join(' ')}. Settings come from the environment or .env.`,
  );
}

/** Writes a line of the tool's result. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
