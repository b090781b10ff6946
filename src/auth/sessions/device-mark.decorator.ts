import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DEVICE_COOKIE } from './refresh.cookie.js';

/** What the device of the request carries of its last sign-in, see `KnownDevices`. */
export const DeviceMark = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined =>
    context.switchToHttp().getRequest<FastifyRequest>().cookies[DEVICE_COOKIE],
);
