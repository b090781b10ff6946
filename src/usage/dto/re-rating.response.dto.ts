import { Flag, Id, Instant, Int, ListOf, OneOf, Text, Usd } from '#libs/http';

/** What a re-rating changes. */
export class ReRatedTotalsDto {
  @Int({ description: 'Calls that were looked at.', example: 1_200 })
  events: number;

  @Int({ description: 'Those of them that cost something else now.', example: 300 })
  changed: number;

  @Usd({ description: 'What they cost before, earlier corrections included.', example: '1.5' })
  before: bigint;

  @Usd({ description: 'What they cost after.', example: '1.2' })
  after: bigint;

  @Usd({ description: 'After less before; negative when they became cheaper.', example: '-0.3' })
  difference: bigint;
}

/** What a re-rating changes of one model. */
export class ReRatedModelDto extends ReRatedTotalsDto {
  @Text({ description: 'The model.', example: 'gpt-4o-mini' })
  modelId: string;
}

/** What a re-rating found. */
export class ReRatingDto extends ReRatedTotalsDto {
  @Id({ description: 'Names it in the audit log.', example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11' })
  id: string;

  @Instant({ description: 'The first moment of the period.', example: '2026-11-01T00:00:00.000Z' })
  from: Date;

  @Instant({ description: 'The first moment after it.', example: '2026-11-08T00:00:00.000Z' })
  to: Date;

  @OneOf(['current', 'historical'], { description: 'The prices that were used.', example: 'current' })
  prices: string;

  @Flag({ description: 'Whether nothing was booked.', example: true })
  dryRun: boolean;

  @ListOf(() => ReRatedModelDto, { description: 'Model by model.' })
  byModel: ReRatedModelDto[];
}
