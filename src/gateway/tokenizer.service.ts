import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { TokenCounter } from '#libs/upstream';
import { ModelCatalog } from '../models/model.catalog.js';
import type { CountTokensDto } from './dto/tokenizer.request.dto.js';
import { gatewayErrors } from './gateway.errors.js';

/** The families whose tables are counted with. */
const EXACT = /^(?:gpt-(?:4o|4\.1|4\.5|5)|chatgpt-4o|o[134])/;
/** Longer texts are measured, not counted. */
const MAX_EXACT_BYTES = 200_000;

/** Counts the tokens of a text for a model. */
@Injectable()
export class TokenizerService {
  constructor(private readonly catalog: ModelCatalog) {}

  /** @throws DomainError `model_unavailable` */
  async count(
    _actor: Principal,
    { text, model: id }: CountTokensDto,
  ): Promise<{ model: string; tokens: number; estimated: boolean }> {
    const model = await this.catalog.resolve(id);
    if (!model) throw gatewayErrors.model_unavailable({ param: 'model' });
    const counter = await TokenCounter.load();
    const name = model.upstreamName.slice(model.upstreamName.lastIndexOf('/') + 1);
    const estimated = !counter.hasTables || !EXACT.test(name) || Buffer.byteLength(text) > MAX_EXACT_BYTES;
    return { model: model.id, tokens: await counter.countText(text), estimated };
  }
}
