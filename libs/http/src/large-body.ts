import type { FastifyRequest } from 'fastify';

/** How many of these are held at a time is bounded by the number of connections. */
const SMALL_BYTES = 65_536;

/** Whether a request brings more than a little. A body that does not say how long it is may be any length. */
export function hasLargeBody({ headers }: FastifyRequest): boolean {
  const length = headers['content-length'];
  return length === undefined ? headers['transfer-encoding'] !== undefined : Number(length) > SMALL_BYTES;
}
