import { Injectable } from '@nestjs/common';
import type { ApiKeyPrincipal } from '#libs/access';
import type { ModelRequest } from '#libs/upstream';
import { ModelCatalog, type ResolvedModel } from '../models/model.catalog.js';
import { type ProviderTarget, UpstreamPool } from '../providers/upstream.pool.js';
import { Entitlements } from '../subscriptions/entitlements.js';
import { gatewayErrors } from './gateway.errors.js';

/** A call that may go on: what was asked, of which model, and where it goes. */
export interface Admitted {
  readonly request: ModelRequest;
  readonly model: ResolvedModel;
  readonly target: ProviderTarget;
  /** What answers when the model's provider cannot, in order. */
  readonly fallbacks: readonly ResolvedModel[];
}

const RETRY_AFTER_SECONDS = 5;

/** Decides whether a call may be made, before anything leaves the house. */
@Injectable()
export class Admission {
  constructor(
    private readonly catalog: ModelCatalog,
    private readonly entitlements: Entitlements,
    private readonly upstreams: UpstreamPool,
  ) {}

  /** @throws DomainError saying why not */
  async admit(actor: ApiKeyPrincipal, request: ModelRequest): Promise<Admitted> {
    // A key must not learn which models exist beside its own.
    if (!actor.models.has(request.model)) {
      throw gatewayErrors.model_not_allowed({
        message: `This API key may not call ${quoted(request.model)}.`,
        param: 'model',
      });
    }
    const model = await this.catalog.resolve(request.model);
    if (!model) throw gatewayErrors.model_unavailable({ param: 'model' });
    const entitled = await this.entitlements.admit(actor.userId, model.id);
    if (!entitled.admitted) throw entitled.error;
    const target = this.upstreams.target(model.providerId);
    const fallbacks: readonly ResolvedModel[] = [];
    const retryAfterSeconds = this.upstreams.unavailableFor([model, ...fallbacks]);
    if (!target || retryAfterSeconds !== undefined) {
      throw gatewayErrors.no_upstream_available({ retryAfterSeconds: retryAfterSeconds ?? RETRY_AFTER_SECONDS });
    }
    return { request, model, target, fallbacks };
  }
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
