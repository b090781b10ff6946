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
  if (typeof cause !== 'object' || cause === null) return false;
  const { code, message, errors } = cause as { code?: unknown; message?: unknown; errors?: unknown };
  // A name with several addresses fails once for each.
  if (Array.isArray(errors)) return errors.some((each) => isConnectionLoss(each));
  return CODES.test(String(code)) || MESSAGES.test(String(message));
}
