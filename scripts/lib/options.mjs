import { parseArgs } from 'node:util';
import { Failure } from './say.mjs';

const EXIT_USAGE = 2;

/** The options of a command; whatever it does not know is a failure that says so. */
export function readOptions(command, argv, options, hint) {
  try {
    return parseArgs({ args: argv, options }).values;
  } catch (error) {
    const subject = /'(.+?)'/.exec(error.message)?.[1] ?? argv.join(' ');
    throw new Failure(`${command} does not know ${subject}: ${hint}`, EXIT_USAGE);
  }
}
