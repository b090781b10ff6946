import { Injectable } from '@nestjs/common';
import type { ApiKeyPrincipal } from '#libs/access';
import { ModelCatalog, type ResolvedModel } from '../models/model.catalog.js';
import { Entitlements } from '../subscriptions/entitlements.js';
import { gatewayErrors } from './gateway.errors.js';
import { mustBePermitted } from './key.permission.js';

/** A model in OpenAI's wire format. */
interface OpenAiModel {
  readonly id: string;
  readonly object: 'model';
  /** Unix seconds. */
  readonly created: number;
  readonly owned_by: string;
}

/** A model in Anthropic's wire format. */
interface AnthropicModel {
  readonly type: 'model';
  readonly id: string;
  readonly display_name: string;
  /** RFC 3339. */
  readonly created_at: string;
}

/**
 * Shows a key the models that it may call and that its owner has a subscription to: in Anthropic's wire format to whoever names a version of it
 * (`anthropic-version`, which its clients always send), in OpenAI's to everybody else.
 */
@Injectable()
export class ModelList {
  constructor(
    private readonly catalog: ModelCatalog,
    private readonly entitlements: Entitlements,
  ) {}

  /** All of them at once: a key has no more models than fit on one page. */
  async list(actor: ApiKeyPrincipal, anthropicVersion: string | undefined): Promise<object> {
    mustBePermitted(actor, 'models.list');
    const callable = await this.entitlements.activeModels(actor.userId, [...actor.models]);
    const models = await this.catalog.findMany([...callable]);
    if (anthropicVersion === undefined) return { object: 'list', data: models.map(openAiModel) };
    const data = models.map(anthropicModel);
    return { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
  }

  async get(actor: ApiKeyPrincipal, id: string, anthropicVersion: string | undefined): Promise<object> {
    mustBePermitted(actor, 'models.list');
    const model = actor.models.has(id) ? await this.catalog.resolve(id) : undefined;
    const callable = model && (await this.entitlements.activeModels(actor.userId, [id])).has(id);
    if (!model || !callable)
      throw gatewayErrors.model_unavailable({ message: 'There is no such model for this API key.' });
    return anthropicVersion === undefined ? openAiModel(model) : anthropicModel(model);
  }
}

function openAiModel({ id, createdAt, vendor }: ResolvedModel): OpenAiModel {
  return { id, object: 'model', created: Math.floor(createdAt.getTime() / 1_000), owned_by: vendor ?? 'sluice' };
}

function anthropicModel({ id, createdAt }: ResolvedModel): AnthropicModel {
  return { type: 'model', id, display_name: id, created_at: createdAt.toISOString() };
}
