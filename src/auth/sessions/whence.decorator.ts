import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { cookieOf, networkOf } from '#libs/http';
import { DEVICE_COOKIE } from './refresh.cookie.js';

/** Where a request comes from. */
export interface Whence {
  readonly network: string;
  /** What the device carries of its last sign-in, see `KnownDevices`. */
  readonly mark?: string | undefined;
}

export const FromWhere = createParamDecorator((_: unknown, context: ExecutionContext): Whence => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return { network: networkOf(request), mark: cookieOf(request, DEVICE_COOKIE) };
});
