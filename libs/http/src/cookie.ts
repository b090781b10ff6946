import type { FastifyRequest } from 'fastify';

/** A cookie that came along, decoded; the first of several with its name. `request.cookies` is null until one is set. */
export function cookieOf({ server, headers }: FastifyRequest, name: string): string | undefined {
  return headers.cookie === undefined ? undefined : server.parseCookie(headers.cookie)[name];
}
