import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from './principal.js';

/**
 * Counts every request that comes to a route, by whoever proved to have sent it. Handed to the doorkeeper by the
 * composition root.
 */
export abstract class RequestLimiter {
  /** At once, or after a moment. @throws DomainError when the caller is too fast */
  abstract count(principal: Principal, request: FastifyRequest, reply: FastifyReply): void | Promise<void>;
}
