import { Flag, Id, Instant, ListOf, Nested, OneOf, Text, Usd } from '#libs/http';

const SCOPES = ['key', 'user', 'team', 'subscription', 'model', 'key-model', 'balance'];

/** What a token costs. */
export class ExplainedPriceDto {
  @Id({ description: 'The price in force.' })
  priceId: string;

  @Usd({ description: 'For a token of the prompt.', example: '0.0000025' })
  input: bigint;

  @Usd({ description: 'For a token of the answer.', example: '0.00001' })
  output: bigint;

  @Usd({ description: 'For a token from the cache; null: like other input.', example: null, nullable: true })
  cachedRead: bigint | null;
}

/** A budget that the call falls under. */
export class ExplainedBudgetDto {
  @OneOf(SCOPES, { description: 'Whose spending it caps.', example: 'key' })
  scope: string;

  @Usd({ description: 'What may be spent in a period.', example: '10' })
  limit: bigint;

  @Usd({ description: 'What was spent in the present one.', example: '2.5' })
  spent: bigint;

  @Usd({ description: 'What is left of it, calls under way not counted.', example: '7.5' })
  remaining: bigint;

  @Instant({ description: 'When spending begins anew; null for never.', nullable: true })
  resetsAt: Date | null;

  @Flag({ description: 'Whether that is enough for the call at its dearest.', example: true })
  sufficient: boolean;
}

/** What would become of a call. Limits on rates are left out: they change from moment to moment. */
export class ExplanationDto {
  @Flag({ description: 'Whether the call would be made.', example: true })
  allowed: boolean;

  @Text({ description: 'The code of the rule that refuses it; null where none does.', nullable: true, example: null })
  rule: string | null;

  @Text({ description: 'The same as a sentence.', nullable: true, example: null })
  reason: string | null;

  @Id({ description: 'The API key.' })
  apiKeyId: string;

  @Text({
    description: 'The model that is meant; null where the key has none.',
    nullable: true,
    example: 'gpt-4o-mini',
  })
  model: string | null;

  @Text({ description: 'The provider that would be asked first.', nullable: true, example: 'openai' })
  provider: string | null;

  @Nested(() => ExplainedPriceDto, { description: 'What the model costs.', nullable: true })
  price: ExplainedPriceDto | null;

  @Usd({ description: 'The most that the call can cost.', nullable: true, example: '0.0123' })
  worstCase: bigint | null;

  @Usd({ description: 'What would be held of every budget below until the call is settled.', example: '0.0123' })
  held: bigint;

  @ListOf(() => ExplainedBudgetDto, { description: 'Every budget that caps the call.' })
  budgets: ExplainedBudgetDto[];
}
