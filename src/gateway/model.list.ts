import { Injectable } from '@nestjs/common';
import type { ApiKeyPrincipal } from '#libs/access';
import { ModelCatalog, type ResolvedModel } from '../models/model.catalog.js';
import { gatewayErrors } from './gateway.errors.js';

/** A model in OpenAI's wire format. */
interface WireModel {
  readonly id: string;
  readonly object: 'model';
  /** Unix seconds. */
  readonly created: number;
  readonly owned_by: string;
}

/** Shows a key the models that it may call, in OpenAI's wire format. */
@Injectable()
export class ModelList {
  constructor(private readonly catalog: ModelCatalog) {}

  async list(actor: ApiKeyPrincipal): Promise<{ object: 'list'; data: WireModel[] }> {
    const models = await this.catalog.findMany([...actor.models]);
    return { object: 'list', data: models.map(wireModel) };
  }

  async get(actor: ApiKeyPrincipal, id: string): Promise<WireModel> {
    const model = actor.models.has(id) ? await this.catalog.resolve(id) : undefined;
    if (!model) throw gatewayErrors.model_unavailable({ message: 'There is no such model for this API key.' });
    return wireModel(model);
  }
}

function wireModel({ id, createdAt, vendor }: ResolvedModel): WireModel {
  return { id, object: 'model', created: Math.floor(createdAt.getTime() / 1_000), owned_by: vendor ?? 'sluice' };
}
