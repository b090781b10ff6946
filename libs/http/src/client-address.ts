import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

const PORT = /^(?:\[([0-9a-f:.]+)\](?::\d{1,5})?|(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5})$/i;

/** The address that a request is said to come from, without the port that some proxies write behind it. */
export function addressOf({ ip }: FastifyRequest): string {
  const [, six, four] = PORT.exec(ip) ?? [];
  return six ?? four ?? ip;
}

/**
 * What a sender is counted by: an IPv4 address, or the /64 of IPv6 that one household has. Behind a trusted proxy the
 * sender's address is what that proxy wrote; where that is none, the proxy itself is counted, so that nobody gets a
 * count of his own by writing nonsense.
 */
export function networkOf(request: FastifyRequest): string {
  const address = [addressOf(request), request.socket.remoteAddress ?? ''].find((each) => ipaddr.isValid(each));
  if (address === undefined) return '';
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6
    ? `${parsed.parts
        .slice(0, 4)
        .map((part) => part.toString(16))
        .join(':')}::/64`
    : parsed.toString();
}

/** The network of the sender, see {@link networkOf}. */
export const Network = createParamDecorator((_: unknown, context: ExecutionContext): string =>
  networkOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
