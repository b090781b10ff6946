import { Failure, say } from './say.mjs';

/** Runs a command line program; what a person can act on is one sentence, anything else shows its origin. */
export async function main(program) {
  try {
    process.exitCode = await program(process.argv.slice(2));
  } catch (error) {
    say(error instanceof Failure ? `Sluice: ${error.message}` : error.stack);
    process.exitCode = error instanceof Failure ? error.exitCode : 1;
  }
}
