import type { FastifyReply } from 'fastify';
import type { RateStanding } from '#libs/kernel';

/**
 * Tells the caller how a limit stands: `RateLimit` and `RateLimit-Policy` as the IETF's httpapi group drafts them
 * (draft-ietf-httpapi-ratelimit-headers), and the older trio. `X-RateLimit-Reset` is in seconds from now.
 */
export function setRateHeaders(
  reply: FastifyReply,
  { policy, limit, remaining, resetSeconds, windowSeconds }: RateStanding,
): void {
  void reply
    .header('ratelimit-policy', `"${policy}";q=${limit};w=${windowSeconds}`)
    .header('ratelimit', `"${policy}";r=${remaining};t=${resetSeconds}`)
    .header('x-ratelimit-limit', String(limit))
    .header('x-ratelimit-remaining', String(remaining))
    .header('x-ratelimit-reset', String(resetSeconds));
}
