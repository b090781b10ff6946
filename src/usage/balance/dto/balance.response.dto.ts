import { Id, Instant, Int, Nested, OneOf, Text, Usd } from '#libs/http';

const ID = '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11';

/** How a balance is refilled by itself. */
export class BalanceRefillDto {
  @Int({ description: 'Credits that come when the balance cannot pay a call.', example: 10_000 })
  credits: number;

  @Int({ description: 'Seconds that must lie between two refills.', example: 2_592_000 })
  intervalSeconds: number;

  @Instant({ description: 'The last one; null before the first.', nullable: true, example: '2026-11-20T09:30:00.000Z' })
  lastAt: Date | null;
}

/** What is left. */
export class BalanceDto {
  @Usd({ description: 'What is left, exact, in US dollars.', example: '4.9955' })
  balance: bigint;

  @Text({ description: 'The same in credits, of which a million are a US dollar; a decimal.', example: '4995500' })
  credits: string;

  @Nested(() => BalanceRefillDto, { description: 'Left out where balances are not refilled.', optional: true })
  refill?: BalanceRefillDto;
}

/** One movement of a balance. */
export class BalanceTransactionDto {
  @Id({ description: 'Follows the time. For a call, the id of its row in the ledger.', example: ID })
  id: string;

  @OneOf(['credit', 'refill', 'correction', 'start', 'usage'], {
    description:
      '`usage` is a call that was paid. A correction with the reason `shortfall` bears what a provider took beyond what was left.',
    example: 'usage',
  })
  type: string;

  @Usd({ description: 'By how much the balance moved, exact, in US dollars.', example: '-0.0045' })
  amount: bigint;

  @Text({ description: 'The same in credits.', example: '-4500' })
  credits: string;

  @Text({
    description:
      'What the prompt took of it, in credits; null where nothing was called, or where the price of the call is gone.',
    nullable: true,
    example: '-2500',
  })
  promptCredits: string | null;

  @Text({
    description: 'What the answer took of it, and whatever is not priced by tokens.',
    nullable: true,
    example: '-2000',
  })
  completionCredits: string | null;

  @Text({ description: 'What was called.', nullable: true, example: 'gpt-4o-mini' })
  modelId: string | null;

  @Text({ description: "The call's X-Request-Id.", nullable: true, example: ID })
  requestId: string | null;

  @Text({ description: 'Why it was booked, where somebody said.', nullable: true, example: 'Invoice 2026-117' })
  reason: string | null;

  @Instant({ description: 'When it was booked, or the call settled.', example: '2026-11-20T09:30:00.000Z' })
  createdAt: Date;
}
