import { Instant, Int, Nested, Usd } from '#libs/http';

/** Own API keys. */
export class ApiKeyCountsDto {
  @Int({ description: 'All there are, revoked and expired ones included.', example: 3 })
  total: number;

  @Int({ description: 'Those that can be called with.', example: 2 })
  active: number;
}

/** Own subscriptions. */
export class SubscriptionCountsDto {
  @Int({ description: 'All there are, whatever became of them.', example: 4 })
  total: number;

  @Int({ description: 'Those that let calls through.', example: 3 })
  active: number;

  @Int({ description: 'Those that wait for an approval.', example: 1 })
  pending: number;
}

/** Teams that one is a member of. */
export class TeamCountsDto {
  @Int({ description: 'All there are.', example: 2 })
  total: number;
}

/** What was used in the calendar month that runs, in UTC. */
export class MonthOfUsageDto {
  @Instant({ description: 'When the month began.', example: '2026-11-01T00:00:00.000Z' })
  since: Date;

  @Int({ description: 'Calls.', example: 42 })
  requests: number;

  @Int({ description: 'Those of them that failed.', example: 1 })
  failedRequests: number;

  @Int({ description: 'Tokens of the prompts.', example: 12_400 })
  inputTokens: number;

  @Int({ description: 'Tokens of the answers.', example: 3_100 })
  outputTokens: number;

  @Usd({ description: 'What they cost, exact, in US dollars.', example: '0.00372' })
  cost: bigint;
}

/** How much of everything is one's own. */
export class UserStatsDto {
  @Nested(() => ApiKeyCountsDto, { description: 'API keys.' })
  apiKeys: ApiKeyCountsDto;

  @Nested(() => SubscriptionCountsDto, { description: 'Subscriptions.' })
  subscriptions: SubscriptionCountsDto;

  @Nested(() => TeamCountsDto, { description: 'Teams.' })
  teams: TeamCountsDto;

  @Nested(() => MonthOfUsageDto, { description: 'The calendar month that runs, in UTC.' })
  usage: MonthOfUsageDto;
}
