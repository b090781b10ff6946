import { Instant, OneOf, PageQueryDto, Text, Texts } from '#libs/http';
import { API_KEY_STATES, type ApiKeyState } from '../api-keys.policy.js';

const MODELS = 'The models that the key may call. Each needs an active subscription of yours.';

/** A key that somebody wishes for. */
export class CreateApiKeyDto {
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
export class UpdateApiKeyDto {
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
