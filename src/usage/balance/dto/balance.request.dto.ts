import { FeedQueryDto, Instant, Int, OneOf, Text } from '#libs/http';

/** A million dollars. */
const MOST_CREDITS = 1_000_000_000_000;
const REASON = 'Why; it stays on record.';

/** What is put on a balance. */
export class CreditBalanceDto {
  @Int({
    description: 'Credits to add; a million are a US dollar.',
    min: 1,
    max: MOST_CREDITS,
    example: 5_000_000,
  })
  amount: number;

  @Text({ description: REASON, min: 1, max: 500, optional: true, example: 'Invoice 2026-117' })
  reason?: string;
}

/** What a balance shall be. */
export class SetBalanceDto {
  @Int({ description: 'Credits that are left from now on.', min: 0, max: MOST_CREDITS, example: 5_000_000 })
  credits: number;

  @Text({ description: REASON, min: 1, max: 500, optional: true, example: 'Counted again' })
  reason?: string;
}

/** Which transactions are listed. */
export class TransactionQueryDto extends FeedQueryDto {
  @OneOf(['credit', 'refill', 'correction', 'start', 'usage'], {
    description: 'Only these.',
    optional: true,
    example: 'usage',
  })
  type?: string;

  @Instant({ description: 'From this day (UTC) or moment on.', optional: true, example: '2026-11-01' })
  startDate?: string;

  @Instant({
    description: 'Up to the end of this day (UTC), or to just before this moment.',
    optional: true,
    example: '2026-11-30',
  })
  endDate?: string;
}
