import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { isUniqueViolation, UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { newId, type UnitPrices } from '#libs/kernel';
import { pricesAskedFor, type SetPriceDto } from '../dto/price.request.dto.js';
import { type PriceDto, priceShown } from '../dto/price.response.dto.js';
import { ModelPriceRemoved, ModelPriceSet, type PriceFacts } from '../events/price.events.js';
import { modelErrors } from '../models.errors.js';
import type { KeptPrice } from './price.row.js';
import { PricesRepository } from './prices.repository.js';
import { absurdChanges, problemsOf, shownPrices } from './unit-prices.js';

/** Lets administrators see what a model costs over time, say what it costs from a moment on, and take that back. */
@Injectable()
export class PricesService {
  constructor(
    private readonly prices: PricesRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /** Every price of the model, the latest first. */
  async history(_actor: Principal, modelId: string): Promise<PriceDto[]> {
    const history = await this.prices.findHistory([modelId]);
    if (history.length === 0) throw modelErrors.model_not_found();
    const inForce = (await this.prices.findInForce([modelId])).get(modelId);
    return history.map((price) => priceShown(price, price.priceId === inForce?.priceId));
  }

  /** Adds an override that holds from now or a later moment on, above whatever the provider or the list say. */
  set(actor: Principal, modelId: string, asked: SetPriceDto): Promise<PriceDto> {
    const prices = pricesAskedFor(asked);
    const problems = problemsOf(prices);
    if (problems.length > 0) throw modelErrors.price_invalid({ details: { problems } });
    return this.work.run(async () => {
      if (!(await this.prices.lockModel(modelId))) throw modelErrors.model_not_found();
      const validFrom = asked.validFrom === undefined ? undefined : new Date(asked.validFrom);
      if (validFrom && (await this.prices.isPast(validFrom)))
        throw modelErrors.price_in_the_past({ param: 'validFrom' });
      const before = await this.inForce(modelId);
      const confirmed = asked.confirm === true;
      if (before && !confirmed) refuseAbsurd(before, prices);
      const priceId = newId();
      await this.add(actor, { priceId, modelId, validFrom }, asked, prices);
      const kept = await this.find(modelId, priceId);
      await this.events.publish(new ModelPriceSet(actor, modelId, before && factsOf(before), factsOf(kept), confirmed));
      return priceShown(kept, (await this.inForce(modelId))?.priceId === priceId);
    });
  }

  /** Takes back a price that waits, or ends the override that holds, so that the price below it holds again. */
  remove(actor: Principal, modelId: string, priceId: string): Promise<void> {
    return this.work.run(async () => {
      if (!(await this.prices.lockModel(modelId))) throw modelErrors.model_not_found();
      const price = await this.find(modelId, priceId);
      const before = await this.inForce(modelId);
      if (price.source !== 'admin') throw modelErrors.price_not_removable();
      if (before?.priceId === priceId) await this.prices.endOverrides(modelId);
      else if (!(await this.prices.deleteFuture(modelId, priceId))) throw modelErrors.price_not_removable();
      const after = await this.inForce(modelId);
      if (!after) throw modelErrors.price_is_the_last();
      await this.events.publish(new ModelPriceRemoved(actor, modelId, factsOf(price), factsOf(after)));
    });
  }

  private async add(
    actor: Principal,
    row: { priceId: string; modelId: string; validFrom: Date | undefined },
    { note, url }: SetPriceDto,
    prices: UnitPrices,
  ): Promise<void> {
    const statement = { source: 'admin', sourceNote: note ?? null, sourceUrl: url ?? null, sourceDate: null } as const;
    const createdBy = personOf(actor).userId;
    try {
      await this.prices.add([{ ...row, createdBy, price: { ...prices, ...statement } }]);
    } catch (error) {
      if (isUniqueViolation(error, 'model_prices_moment_key'))
        throw modelErrors.price_moment_taken({ param: 'validFrom' });
      throw error;
    }
  }

  private async inForce(modelId: string): Promise<KeptPrice | undefined> {
    return (await this.prices.findInForce([modelId])).get(modelId);
  }

  private async find(modelId: string, priceId: string): Promise<KeptPrice> {
    const price = (await this.prices.findHistory([modelId])).find((each) => each.priceId === priceId);
    if (!price) throw modelErrors.price_not_found();
    return price;
  }
}

function refuseAbsurd(before: KeptPrice, after: UnitPrices): void {
  const units = absurdChanges(before, after);
  if (units.length === 0) return;
  const details = { units, old: shownPrices(before), new: shownPrices(after) };
  throw modelErrors.price_change_absurd({ details });
}

function factsOf(price: KeptPrice): PriceFacts {
  const { priceId, validFrom, source } = price;
  return { id: priceId, validFrom: validFrom.toISOString(), prices: { source, ...shownPrices(price) } };
}
