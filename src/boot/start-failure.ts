import { ConfigError } from '#libs/config';
import { EmbeddedPostgresError } from '#libs/database';
import { say } from './progress.js';

/** The start cannot go on; the message is one sentence that says what to do. */
export class StartFailure extends Error {}

/** The exit code for a configuration that is not valid (EX_CONFIG of sysexits.h). */
const EXIT_CONFIG = 78;
const EXIT_FAILED = 1;

/** Runs a process from its first to its last moment; what stops it is said in a sentence and in the exit code. */
export function runProcess(work: () => Promise<void>): void {
  work().then(
    () => process.exit(0),
    (error: unknown) => {
      const { message, exitCode } = explain(error);
      say(`\nSluice cannot run. ${message}`);
      process.exit(exitCode);
    },
  );
}

/** What a person should read, and the exit code that goes with it. */
export function explain(error: unknown): { message: string; exitCode: number } {
  if (error instanceof ConfigError) return { message: error.message, exitCode: EXIT_CONFIG };
  if (error instanceof StartFailure || error instanceof EmbeddedPostgresError) {
    return { message: error.message, exitCode: EXIT_FAILED };
  }
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error), exitCode: EXIT_FAILED };
}

const REFUSALS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the host name cannot be looked up now',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no way to that host',
  '28P01': 'the password is wrong',
  '28000': 'the user may not connect',
  '3D000': 'there is no such database',
  '53300': 'it has too many connections',
  '57P03': 'it is starting or shutting down',
};

/** What node-postgres says without a code. */
const COMPLAINTS: readonly (readonly [RegExp, string])[] = [
  [/received invalid response|unknown message code/i, 'what listens there is not PostgreSQL'],
  [/timeout/i, 'it does not answer'],
  [/Connection terminated|ended unexpectedly/, 'it hung up, so it may not be PostgreSQL'],
];

/**
 * A failure to reach or migrate the database, without its address's password.
 *
 * @param what could not be done with its schema, as it would stand after "could not be"
 */
export function databaseFailure(
  error: unknown,
  { url, folder }: { readonly url: string; readonly folder?: string },
  what = 'brought up to date',
): StartFailure {
  const { hostname, port, pathname } = new URL(url);
  const place = folder === undefined ? `at ${hostname}:${port || '5432'}${pathname}` : `in ${folder}`;
  const code = codeOf(error);
  const reason = REFUSALS[code] ?? COMPLAINTS.find(([pattern]) => pattern.test(messageOf(error)))?.[1];
  if (reason !== undefined) {
    const advice = folder === undefined ? 'Check DATABASE_URL and that PostgreSQL runs.' : adviceFor(folder, code);
    return new StartFailure(`The database ${place} cannot be used: ${reason}. ${advice}`);
  }
  const detail = messageOf(error);
  return new StartFailure(`The schema of the database ${place} could not be ${what}: ${detail}`);
}

const WRONG_PASSWORD = '28P01';

/** The embedded database has no address that anybody has set. */
function adviceFor(folder: string, code: string): string {
  if (code !== WRONG_PASSWORD) return `Look at ${folder}.log.`;
  return `Its password is in ${folder}.password: stop every Sluice that uses the folder, remove that file and start again.`;
}

/** A port that cannot be listened on. */
export function listenFailure(error: unknown, host: string, port: number): unknown {
  const code = codeOf(error);
  if (code === 'EADDRINUSE') {
    return new StartFailure(
      `Port ${port} on ${host} is taken. Set PORT to another one, or stop the process that has it.`,
    );
  }
  if (code === 'EACCES')
    return new StartFailure(`Port ${port} needs more rights than this user has. Set PORT above 1023.`);
  if (code === 'EADDRNOTAVAIL')
    return new StartFailure(`${host} is not an address of this machine. Set HOST to one, or to 0.0.0.0.`);
  if ((code === 'ENOTFOUND' || code === 'EAI_AGAIN') && (error as { hostname?: unknown }).hostname === host)
    return new StartFailure(`HOST is ${host}, which no name service knows. Set it to an address of this machine.`);
  return error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('driverError' in error) return codeOf(error.driverError);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : '';
}
