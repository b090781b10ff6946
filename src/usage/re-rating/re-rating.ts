import type { Pico, Price } from '#libs/kernel';
import { rate, type RatedUsage } from '../rating.js';

/** A row of the ledger, with all that it was rated by. */
export interface RatedEvent extends RatedUsage {
  readonly id: string;
  readonly userId: string;
  readonly apiKeyId: string;
  readonly modelId: string;
  readonly createdAt: Date;
  readonly cost: Pico;
  /** Pico-dollars that earlier corrections put on top. */
  readonly corrected: Pico;
  /** Null on rows from before prices had a history. */
  readonly priceId: string | null;
  readonly incomplete: boolean;
}

/** What a call cost until now, and what it costs at another price. */
export interface Difference {
  readonly before: Pico;
  readonly after: Pico;
}

/** What changes when a call is rated with this price. Nothing does when it was rated with it in the first place. */
export function difference(event: RatedEvent, price: Price): Difference {
  const before = event.cost + event.corrected;
  if (event.priceId === price.priceId) return { before, after: event.cost };
  return { before, after: rate(price, event, { incomplete: event.incomplete }).cost };
}

/** Sums of a re-rating, of one model or of all together. */
export interface ReRatedTotals {
  readonly events: number;
  /** Those of them that cost something else now. */
  readonly changed: number;
  readonly before: Pico;
  readonly after: Pico;
  readonly difference: Pico;
}

const NOTHING: ReRatedTotals = { events: 0, changed: 0, before: 0n, after: 0n, difference: 0n };

/** Adds up what a re-rating changes, model by model. */
export class ReRatedSums {
  private readonly models = new Map<string, ReRatedTotals>();

  add(modelId: string, { before, after }: Difference): void {
    const changed = before === after ? 0 : 1;
    const one = { events: 1, changed, before, after, difference: after - before };
    this.models.set(modelId, plus(this.models.get(modelId) ?? NOTHING, one));
  }

  get totals(): ReRatedTotals {
    return [...this.models.values()].reduce(plus, NOTHING);
  }

  /** In the order of their names. */
  get byModel(): (ReRatedTotals & { readonly modelId: string })[] {
    return [...this.models]
      .map(([modelId, totals]) => ({ modelId, ...totals }))
      .sort((a, b) => (a.modelId < b.modelId ? -1 : 1));
  }
}

function plus(a: ReRatedTotals, b: ReRatedTotals): ReRatedTotals {
  return {
    events: a.events + b.events,
    changed: a.changed + b.changed,
    before: a.before + b.before,
    after: a.after + b.after,
    difference: a.difference + b.difference,
  };
}
