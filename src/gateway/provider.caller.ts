import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type ConfigOf, InjectConfig } from '#libs/config';
import type { UpstreamResponse } from '#libs/upstream';
import type { ResolvedModel } from '../models/model.catalog.js';
import { type ProviderTarget, UpstreamPool } from '../providers/upstream.pool.js';
import type { Admitted } from './admission.js';
import type { Dialect } from './dialect.js';
import { dialectOf } from './dialects.js';
import { gatewayConfig } from './gateway.config.js';
import { gatewayErrors } from './gateway.errors.js';
import type { IncomingCall } from './incoming.call.js';
import type { MeteredCall } from './metered-call.js';

/** A model that may answer, and where it lives. */
interface ModelRoute {
  readonly model: ResolvedModel;
  readonly providerId: string;
}

/** An answer whose body is still to be read, and how it is to be understood. */
export interface ProviderAnswer {
  readonly response: UpstreamResponse;
  readonly dialect: Dialect;
}

/** Has an admitted call answered by a provider, whichever of those that may answer can. */
@Injectable()
export class ProviderCaller {
  constructor(
    private readonly upstreams: UpstreamPool,
    @InjectConfig(gatewayConfig) private readonly config: ConfigOf<typeof gatewayConfig>,
  ) {}

  /**
   * Tells the metered call who answered, also when the answer is none.
   *
   * @throws UpstreamFailure when no provider answered
   * @throws DomainError no_upstream_available when none could be asked
   */
  async send(
    incoming: IncomingCall,
    { answerers }: Pick<Admitted, 'answerers'>,
    call: MeteredCall,
    request: FastifyRequest,
    signal: AbortSignal,
  ): Promise<ProviderAnswer> {
    const dialects = new Map<ProviderTarget['kind'], Dialect>();
    const dialectFor = (target: ProviderTarget): Dialect => {
      const known = dialects.get(target.kind) ?? dialectOf(incoming, target);
      dialects.set(target.kind, known);
      return known;
    };
    const result = await this.upstreams.dispatch<ModelRoute>({
      routes: answerers.map((model) => ({ model, providerId: model.providerId })),
      prepare: (route, target) => {
        const dialect = dialectFor(target);
        const { path } = dialect;
        const headers = dialect.headers(request.headers, request.id, target);
        const body = dialect.body(route.model);
        const attempt = call.trace?.attempt({ provider: target, model: route.model.upstreamName, path });
        return { path, headers: Object.assign(headers, attempt?.headers), body, ended: attempt?.end };
      },
      signal,
      headersTimeoutMs: this.config.headTimeoutSeconds * 1_000,
      bodyTimeoutMs: this.config.idleTimeoutSeconds * 1_000,
    });
    if (result.kind === 'unavailable') {
      throw gatewayErrors.no_upstream_available({ retryAfterSeconds: result.retryAfterSeconds });
    }
    call.answeredBy({ model: result.route.model, target: result.target });
    if (result.kind === 'failed') throw result.failure;
    return { response: result.response, dialect: dialectFor(result.target) };
  }
}
