import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { httpErrors } from '#libs/http';
import { gatewayConfig } from './gateway.config.js';
import { gatewayErrors } from './gateway.errors.js';
import { type IncomingCall, readCall } from './incoming.call.js';

/** Climbing, empty steps, other hosts, and what only a server that decodes once more would see. */
const NO_PLAIN_PATH = /(?:^|\/)\.{1,2}(?:\/|$)|^\/|\/\/|:\/|[\\%?#\p{Cc}]/u;

/** Decides which further addresses are passed on to a model's provider. */
@Injectable()
export class Forwarding {
  private readonly paths: ReadonlySet<string>;

  constructor(@InjectConfig(gatewayConfig) config: ConfigOf<typeof gatewayConfig>) {
    this.paths = new Set(config.forwardedPaths);
  }

  /**
   * @param path what follows `/v1/`, decoded once
   * @throws DomainError where it is no plain path, or not one that is passed on
   */
  read(path: string, request: FastifyRequest): IncomingCall {
    if (NO_PLAIN_PATH.test(path)) throw gatewayErrors.path_malformed();
    if (!this.paths.has(path)) throw httpErrors.route_not_found();
    return readCall('forwarded', request, { path: `/${path}` });
  }
}
