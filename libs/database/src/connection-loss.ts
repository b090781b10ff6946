import { QueryFailedError } from 'typeorm';

/**
 * Connection exceptions, a server that shuts down or still starts, or has no connection left; and what Node says
 * when nobody listens or the line is cut.
 */
const CODES = /^(?:08|57P0|53300$|ECONN|ENOTFOUND$|EPIPE$|ETIMEDOUT$|EHOSTUNREACH$|ENETUNREACH$|EAI_AGAIN$)/;
/** node-postgres gives these no code. */
const MESSAGES =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/**
 * Whether a statement failed because PostgreSQL could not be reached or went away, so that the same statement can
 * succeed later. Whether it took effect is unknown: repeat only what is idempotent.
 */
export function isConnectionLoss(error: unknown): boolean {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (cause instanceof AggregateError) return cause.errors.some((each) => isConnectionLoss(each));
  if (!(cause instanceof Error)) return false;
  return ('code' in cause && CODES.test(String(cause.code))) || MESSAGES.test(cause.message);
}
