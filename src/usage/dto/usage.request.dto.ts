import { FeedQueryDto, Id, Instant, OneOf, Text } from '#libs/http';

const ID = '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11';
const START = 'From this day (UTC) or moment on.';
const END = 'Up to the end of this day (UTC), or to just before this moment.';
const PERSON = "Whose usage. One's own unless said; other people's are for administrators.";

/** Which calls are summed up. */
export class UsageSummaryQueryDto {
  @Instant({ description: START, optional: true, example: '2026-11-01' })
  startDate?: string;

  @Instant({ description: END, optional: true, example: '2026-11-30' })
  endDate?: string;

  @Text({ description: 'Only this model.', min: 1, max: 255, optional: true, example: 'gpt-4o-mini' })
  modelId?: string;

  @Id({ description: 'Only this API key.', optional: true, example: ID })
  apiKeyId?: string;

  @Id({ description: PERSON, optional: true, example: ID })
  userId?: string;
}

/** Which calls are listed. */
export class UsageLogQueryDto extends FeedQueryDto {
  @Instant({ description: START, optional: true, example: '2026-11-01' })
  startDate?: string;

  @Instant({ description: END, optional: true, example: '2026-11-30T12:00:00Z' })
  endDate?: string;

  @Text({ description: 'Only this model.', min: 1, max: 255, optional: true, example: 'gpt-4o-mini' })
  modelId?: string;

  @Id({ description: 'Only this API key.', optional: true, example: ID })
  apiKeyId?: string;

  @OneOf(['completed', 'aborted', 'failed'], {
    description: 'Only calls that ended like this.',
    optional: true,
    example: 'completed',
  })
  status?: string;

  @Id({ description: PERSON, optional: true, example: ID })
  userId?: string;
}
