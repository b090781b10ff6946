import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { httpErrors } from '#libs/http';
import { Clock, idTimestamp, newId, type Price } from '#libs/kernel';
import type { ReRateDto } from '../dto/re-rating.request.dto.js';
import { UsageReRated } from '../events/usage.events.js';
import { PriceHistory } from '../price.history.js';
import { usageErrors } from '../usage.errors.js';
import { difference, type RatedEvent, ReRatedSums, type ReRatedTotals } from './re-rating.js';
import { type Correction, ReRatingRepository } from './re-rating.repository.js';

/** What a re-rating found, and whether it was booked. */
export interface ReRating extends ReRatedTotals {
  readonly id: string;
  readonly from: Date;
  readonly to: Date;
  readonly prices: string;
  readonly dryRun: boolean;
  readonly byModel: readonly (ReRatedTotals & { readonly modelId: string })[];
}

type PriceOf = (event: RatedEvent) => Price | undefined;
type Take = (event: RatedEvent, price: Price) => Correction;

const BATCH = 2_000;
const LONGEST_MS = 92 * 86_400_000;

/** Rates the calls of a period again, and books the difference beside the ledger. */
@Injectable()
export class ReRatingService {
  constructor(
    private readonly repository: ReRatingRepository,
    private readonly history: PriceHistory,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** All of it is booked, or nothing. Doing it again books nothing more. */
  reRate(actor: Principal, asked: ReRateDto): Promise<ReRating> {
    const period = { from: new Date(asked.from), to: new Date(asked.to) };
    if (period.to <= period.from) throw httpErrors.range_invalid({ param: 'to' });
    if (period.to.getTime() - period.from.getTime() > LONGEST_MS) throw usageErrors.re_rating_too_long({ param: 'to' });
    return this.work.run(async () => {
      await this.repository.lock();
      const sums = await this.rateAll(actor, asked, period);
      const { dryRun, prices } = asked;
      const outcome = { id: newId(), ...period, prices, dryRun, ...sums.totals, byModel: sums.byModel };
      await this.events.publish(new UsageReRated(actor, outcome, asked.modelId, asked.reason));
      return outcome;
    });
  }

  private async rateAll(actor: Principal, asked: ReRateDto, { from, to }: Pick<ReRating, 'from' | 'to'>) {
    const { dryRun, modelId, prices, reason } = asked;
    const createdBy = personOf(actor).userId;
    const correct: Take = (event, { priceId }) => ({
      id: newId(),
      usageEventId: event.id,
      priceId,
      delta: 0n,
      reason,
      createdBy,
      userId: event.userId,
      apiKeyId: event.apiKeyId,
      modelId: event.modelId,
      eventAt: event.createdAt,
    });
    const sums = new ReRatedSums();
    const before = firstIdAt(to);
    for (let after = firstIdAt(from); ;) {
      const batch = await this.repository.findBatch({ after, before, modelId }, BATCH);
      const corrections = differences(batch, await this.pricesOf(batch, prices), sums, correct);
      if (!dryRun) await this.repository.book(corrections);
      const last = batch.at(-1);
      if (!last || batch.length < BATCH) return sums;
      after = last.id;
    }
  }

  private async pricesOf(batch: readonly RatedEvent[], prices: ReRateDto['prices']): Promise<PriceOf> {
    const priceAt = await this.history.priceAt([...new Set(batch.map(({ modelId }) => modelId))]);
    const now = this.clock.date();
    // A call costs what its model cost when it was admitted, which its id tells.
    return ({ id, modelId }) => priceAt(modelId, prices === 'current' ? now : new Date(idTimestamp(id)));
  }
}

/** A model that nobody prices any more keeps what its calls cost. */
function differences(batch: readonly RatedEvent[], priceOf: PriceOf, sums: ReRatedSums, correct: Take): Correction[] {
  return batch.flatMap((event) => {
    const price = priceOf(event);
    const before = event.cost + event.corrected;
    const found = price ? difference(event, price) : { before, after: before };
    sums.add(event.modelId, found);
    return price && found.after !== found.before
      ? [{ ...correct(event, price), delta: found.after - found.before }]
      : [];
  });
}

/** The least id that can be made at a moment; ids of earlier moments are smaller. */
function firstIdAt(moment: Date): string {
  const hex = moment.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
