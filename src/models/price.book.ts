import { Injectable } from '@nestjs/common';
import type { Price } from '#libs/kernel';
import type { KeptPrice } from './prices/price.row.js';
import { PricesRepository } from './prices/prices.repository.js';

/** Answers what models cost at any moment. */
@Injectable()
export class PriceBook {
  constructor(private readonly prices: PricesRepository) {}

  /** What these models cost, at any moment that is asked for afterwards. */
  async priceAt(modelIds: readonly string[]): Promise<(modelId: string, moment: Date) => Price | undefined> {
    const byModel = new Map<string, KeptPrice[]>(modelIds.map((id) => [id, []]));
    for (const price of await this.prices.findHistory(modelIds)) byModel.get(price.modelId)?.push(price);
    return (modelId, moment) => inForce(byModel.get(modelId) ?? [], moment);
  }
}

/** The rule of `model_price_in_force`: the latest override that holds, else the latest of the others. */
function inForce(latestFirst: readonly KeptPrice[], moment: Date): Price | undefined {
  const holding = latestFirst.filter(
    ({ validFrom, validUntil }) => validFrom <= moment && (validUntil === null || validUntil > moment),
  );
  return holding.find(({ source }) => source === 'admin') ?? holding[0];
}
