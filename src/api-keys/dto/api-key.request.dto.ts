import { Transform } from 'class-transformer';
import { Id, Instant, Int, JsonMap, OneOf, PageQueryDto, Text, Texts } from '#libs/http';
import { BudgetDuration, MaxBudget, RpmLimit, SoftBudget, TpmLimit } from '#libs/limits';
import { API_KEY_STATES, type ApiKeyState } from '../api-keys.policy.js';
import { PERMISSION_WORDS, wordsOf } from '../key-permissions.js';

const MODELS = 'The models that the key may call. Each needs an active subscription of yours.';

/** What a key may do, how fast, and for how much money; what is left out stays, and null takes away. */
class KeyTermsDto {
  @Transform(({ value }: { value: unknown }) => wordsOf(value))
  @Texts({
    description:
      'What the key may ask for. Left out or null: everything. `read` lists models, `write` calls them; `{"read": true}` is understood as well.',
    optional: true,
    nullable: true,
    oneOf: PERMISSION_WORDS,
    example: ['chat.completions', 'models.list'],
  })
  permissions?: string[] | null;

  @RpmLimit('wish')
  rpmLimit?: number | null;

  @TpmLimit('wish')
  tpmLimit?: number | null;

  @JsonMap({ description: 'Calls a minute by model.', optional: true, example: { 'gpt-4o-mini': 10 } })
  modelRpmLimit?: Record<string, unknown>;

  @JsonMap({ description: 'Tokens a minute by model.', optional: true, example: { 'gpt-4o-mini': 50_000 } })
  modelTpmLimit?: Record<string, unknown>;

  @Int({
    description: 'Calls that may run at a time, in each replica. Null: as many as one likes.',
    min: 1,
    max: 100_000,
    optional: true,
    nullable: true,
    example: 4,
  })
  maxParallelRequests?: number | null;

  @Id({
    description: 'A team of yours: its budget, models and limits hold for the key as well. Null: none.',
    optional: true,
    nullable: true,
    example: 'a0000000-0000-4000-8000-000000000001',
  })
  teamId?: string | null;

  @MaxBudget('wish')
  maxBudget?: string | null;

  @SoftBudget('wish')
  softBudget?: string | null;

  @BudgetDuration('wish')
  budgetDuration?: string | null;

  @JsonMap({
    description: 'The most that may be spent on each model in a period, in US dollars as text.',
    optional: true,
    example: { 'gpt-4o-mini': '5' },
  })
  modelMaxBudget?: Record<string, unknown>;
}

/** A key that somebody wishes for. */
export class CreateApiKeyDto extends KeyTermsDto {
  @Text({
    description: 'What the key is for; shown in lists and reports.',
    example: 'nightly evaluation',
    min: 1,
    max: 255,
    pattern: /\S/,
    rule: 'must not be blank',
  })
  name: string;

  @Texts({ description: MODELS, minItems: 1, maxItems: 500, example: ['gpt-4o-mini'] })
  modelIds: string[];

  @Instant({
    description: 'When the key ends by itself. Left out or null: never.',
    optional: true,
    nullable: true,
    example: '2027-01-01T00:00:00Z',
  })
  expiresAt?: string | null;
}

/** What shall be different; what is left out stays. */
export class UpdateApiKeyDto extends KeyTermsDto {
  @Text({
    description: 'What the key is for.',
    example: 'nightly evaluation',
    optional: true,
    min: 1,
    max: 255,
    pattern: /\S/,
    rule: 'must not be blank',
  })
  name?: string;

  @Texts({ description: MODELS, optional: true, minItems: 1, maxItems: 500, example: ['gpt-4o-mini', 'o4-mini'] })
  modelIds?: string[];

  @Instant({
    description: 'When the key ends by itself. Null: never.',
    optional: true,
    nullable: true,
    example: '2027-06-30T00:00:00Z',
  })
  expiresAt?: string | null;
}

/** Which keys are listed. */
export class ListApiKeysQueryDto extends PageQueryDto {
  @Text({
    description: 'Only keys whose name contains this, upper and lower case alike.',
    min: 1,
    max: 255,
    optional: true,
    example: 'evaluation',
  })
  search?: string;

  @OneOf(API_KEY_STATES, { description: 'Only keys in this state.', optional: true, example: 'active' })
  status?: ApiKeyState;
}
