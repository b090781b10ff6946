import { Flag, Instant, OneOf, Text } from '#libs/http';

/** Which calls are rated again, and how. */
export class ReRateDto {
  @Instant({ description: 'From this moment on; a day is its first moment in UTC.', example: '2026-11-01' })
  from: string;

  @Instant({ description: 'Up to just before this moment, at most 92 days later.', example: '2026-11-08' })
  to: string;

  @Text({ description: 'Only calls of this model.', min: 1, max: 255, optional: true, example: 'gpt-4o-mini' })
  modelId?: string;

  @OneOf(['current', 'historical'], {
    description:
      '`current`: what each model costs now, because it was priced wrongly then. `historical`: what it cost when each call was admitted.',
    default: 'current',
  })
  prices: 'current' | 'historical' = 'current';

  @Flag({ description: 'Only show the difference; book nothing.', default: false })
  dryRun: boolean = false;

  @Text({ description: 'Why; kept with every correction.', min: 1, max: 500, default: 'Rated again.' })
  reason: string = 'Rated again.';
}
