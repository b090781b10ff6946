import { Flag, Id, Instant, Int, ListOf, Nested, OneOf, Text, Usd } from '#libs/http';

const OPERATIONS = [
  'chat.completions',
  'completions',
  'embeddings',
  'responses',
  'messages',
  'messages.count_tokens',
  'images.generations',
  'audio.speech',
  'audio.transcriptions',
  'audio.translations',
  'moderations',
  'rerank',
  'forwarded',
] as const;
const ID = '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11';

/** Sums over a set of calls. */
export class UsageTotalsDto {
  @Int({ description: 'Calls.', example: 42 })
  requests: number;

  @Int({ description: 'Those of them that failed.', example: 1 })
  failedRequests: number;

  @Int({ description: 'Tokens of the prompts, the cached ones included.', example: 12_400 })
  inputTokens: number;

  @Int({ description: "Prompt tokens that came from the provider's cache.", example: 2_048 })
  cachedInputTokens: number;

  @Int({ description: 'Tokens of the answers.', example: 3_100 })
  outputTokens: number;

  @Usd({ description: 'What they cost, exact, in US dollars, later corrections included.', example: '0.00372' })
  cost: bigint;
}

/** The sums of one model. */
export class ModelUsageDto extends UsageTotalsDto {
  @Text({ description: 'The model.', example: 'gpt-4o-mini' })
  modelId: string;
}

/** What was used in a range of time. */
export class UsageSummaryDto {
  @Instant({ description: 'The first moment of the range.', example: '2026-11-01T00:00:00.000Z' })
  startDate: Date;

  @Instant({ description: 'The first moment after it.', example: '2026-12-01T00:00:00.000Z' })
  endDate: Date;

  @Nested(() => UsageTotalsDto, { description: 'All together.' })
  totals: UsageTotalsDto;

  @ListOf(() => ModelUsageDto, { description: 'Model by model, the dearest first.' })
  byModel: ModelUsageDto[];
}

/** One call. */
export class UsageLogDto {
  @Id({ description: 'Follows the time at which the call began.', example: ID })
  id: string;

  @Text({ description: "The call's X-Request-Id.", example: ID })
  requestId: string;

  @Text({ description: 'The model, as the caller named it.', example: 'gpt-4o-mini' })
  modelId: string;

  @Id({ description: 'The API key that called.', example: ID })
  apiKeyId: string;

  @Id({ description: "The key's owner.", example: ID })
  userId: string;

  @Id({ description: 'The provider that answered.', example: ID })
  providerId: string;

  @Id({ description: "Which of the provider's keys was spent; null where it needs none.", nullable: true, example: ID })
  providerKeyId: string | null;

  @OneOf(OPERATIONS, {
    description: 'What was called.',
    example: 'chat.completions',
  })
  operation: string;

  @OneOf(['completed', 'aborted', 'failed'], {
    description: 'How it ended; aborted when the caller hung up.',
    example: 'completed',
  })
  status: string;

  @Int({ description: 'The status of the answer; null when there was none.', nullable: true, example: 200 })
  httpStatus: number | null;

  @Flag({ description: 'Whether the answer came as a stream.', example: false })
  streamed: boolean;

  @Int({ description: 'Tokens of the prompt, the cached ones included.', example: 295 })
  inputTokens: number;

  @Int({ description: "Prompt tokens that came from the provider's cache.", example: 0 })
  cachedInputTokens: number;

  @Int({ description: 'Tokens of the answer.', example: 74 })
  outputTokens: number;

  @OneOf(['provider', 'counted', 'none'], {
    description: 'Who counted: the provider, Sluice, or nobody because the provider did no work.',
    example: 'provider',
  })
  tokensSource: string;

  @Usd({ description: 'What it cost, exact, in US dollars.', example: '0.00008865' })
  cost: bigint;

  @Id({
    description: 'The price that it was rated with; null on calls from before prices had a history.',
    nullable: true,
    example: ID,
  })
  priceId: string | null;

  @Int({ description: 'Milliseconds from the request to the end of its answer.', example: 812 })
  latencyMs: number;

  @Int({
    description: "Milliseconds to the provider's first byte; null when none came.",
    nullable: true,
    example: 231,
  })
  firstByteMs: number | null;

  @Instant({ description: 'When the call was settled.', example: '2026-11-20T09:30:00.000Z' })
  createdAt: Date;
}
