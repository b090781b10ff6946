import { Id, Instant, Int, JsonMap, OneOf, Text, Texts } from '#libs/http';
import { BudgetDuration, BudgetResetAt, MaxBudget, RpmLimit, SoftBudget, Spend, TpmLimit } from '#libs/limits';
import { API_KEY_STATES, type ApiKeyState } from '../api-keys.policy.js';
import { KEY_PERMISSIONS } from '../key-permissions.js';

const ID = '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11';
const NOW = '2026-11-20T09:30:00.000Z';

/** What a key may spend, and has spent. */
export class ApiKeyBudgetsDto {
  @Id({ description: 'Names the key; usage and the audit log speak of it.', example: ID })
  id: string;

  @MaxBudget('answer')
  maxBudget: bigint | null;

  @SoftBudget('answer')
  softBudget: bigint | null;

  @BudgetDuration('answer')
  budgetDuration: string | null;

  @Spend()
  spend: bigint | null;

  @BudgetResetAt()
  budgetResetAt: Date | null;

  @JsonMap({
    description: 'The most that may be spent on each model in a period, in US dollars.',
    example: { 'gpt-4o-mini': '5' },
  })
  modelMaxBudget: Record<string, string>;
}

/** A key as it may be shown at any time: without its secret. */
export class ApiKeyDto extends ApiKeyBudgetsDto {
  @Text({ description: 'What the key is for.', example: 'nightly evaluation' })
  name: string;

  @Text({ description: 'The public beginning of the secret.', example: 'sk-sluice-a1B2c3D4' })
  prefix: string;

  @Text({ description: 'The secret, masked.', example: 'sk-sluice-a1B2c3D4…' })
  maskedKey: string;

  @Texts({ description: 'The models that the key may call.', example: ['gpt-4o-mini'] })
  modelIds: string[];

  @Texts({
    description: 'What the key may ask for; null for everything.',
    oneOf: KEY_PERMISSIONS,
    nullable: true,
    example: ['chat.completions'],
  })
  permissions: string[] | null;

  @RpmLimit('answer')
  rpmLimit: number | null;

  @TpmLimit('answer')
  tpmLimit: number | null;

  @JsonMap({ description: 'Calls a minute by model.', example: { 'gpt-4o-mini': 10 } })
  modelRpmLimit: Record<string, number>;

  @JsonMap({ description: 'Tokens a minute by model.', example: {} })
  modelTpmLimit: Record<string, number>;

  @Int({ description: 'Calls that may run at a time; null for any number.', nullable: true, example: 4 })
  maxParallelRequests: number | null;

  @Id({ description: 'The team that the key calls for; null for none.', nullable: true, example: ID })
  teamId: string | null;

  @OneOf(API_KEY_STATES, { description: 'Only an active key is accepted.', example: 'active' })
  status: ApiKeyState;

  @Instant({ description: 'When the key ends by itself; null for never.', nullable: true, example: null })
  expiresAt: Date | null;

  @Instant({ description: 'When it was revoked; null if it was not.', nullable: true, example: null })
  revokedAt: Date | null;

  @Instant({
    description: 'When it was last used, up to half a minute late; null for never.',
    nullable: true,
    example: NOW,
  })
  lastUsedAt: Date | null;

  @Instant({ description: 'When it was issued.', example: NOW })
  createdAt: Date;

  @Instant({ description: 'When it was last changed.', example: NOW })
  updatedAt: Date;
}

/** The only answer that holds the secret. */
export class IssuedApiKeyDto extends ApiKeyDto {
  @Text({
    description: 'The secret. It is shown this once and kept nowhere.',
    example: 'sk-sluice-a1B2c3D4_…',
  })
  key: string;
}
