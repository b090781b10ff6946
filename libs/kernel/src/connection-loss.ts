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
  if (typeof error !== 'object' || error === null) return false;
  const { driverError, code, message, errors } = error as Readonly<Record<string, unknown>>;
  // What the mapper throws wraps what the driver said.
  if (driverError !== undefined) return isConnectionLoss(driverError);
  // A name with several addresses fails once for each.
  if (Array.isArray(errors)) return errors.some((each) => isConnectionLoss(each));
  return CODES.test(String(code)) || MESSAGES.test(String(message));
}
