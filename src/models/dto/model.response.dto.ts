import { Flag, Int, Nested, OneOf, Text, Texts, Usd } from '#libs/http';
import { MODEL_CAPABILITIES } from './model.request.dto.js';

/** What a model costs. */
export class ModelPricingDto {
  @Usd({ description: 'For a token of the prompt.', example: '0.0000025' })
  inputCost: bigint;

  @Usd({ description: 'For a token of the answer.', example: '0.00001' })
  outputCost: bigint;

  @Usd({
    description: 'For a token of the prompt that the provider found in its cache; null when it is no cheaper.',
    example: '0.00000125',
    nullable: true,
  })
  cachedInputCost: bigint | null;

  @OneOf(['USD'], { description: 'The currency.', example: 'USD' })
  currency: string;

  @OneOf(['token'], { description: 'What the prices are for.', example: 'token' })
  unit: string;

  @OneOf(['upstream', 'default', 'admin'], {
    description:
      'Who says so: the provider, the configured default because the provider did not say, or an administrator.',
    example: 'upstream',
  })
  source: string;
}

/** A model of the catalogue. */
export class ModelDto {
  @Text({ description: 'The name that callers write in `model`.', example: 'gpt-4o' })
  id: string;

  @Text({ description: 'The provider that is called.', example: 'litellm' })
  provider: string;

  @Text({ description: 'Who makes or runs the model behind the provider.', example: 'openai', nullable: true })
  vendor: string | null;

  @Text({ description: 'What the provider says of it.', example: 'openai/gpt-4o', nullable: true })
  description: string | null;

  @Int({ description: 'Most tokens of prompt and answer together.', example: 128_000, min: 1, nullable: true })
  contextLength: number | null;

  @Int({ description: 'Most tokens of an answer.', example: 16_384, min: 1, nullable: true })
  maxOutputTokens: number | null;

  @Nested(() => ModelPricingDto, { description: 'What it costs.' })
  pricing: ModelPricingDto;

  @Texts({ description: 'What it can do.', example: ['chat', 'streaming', 'tools'], oneOf: MODEL_CAPABILITIES })
  capabilities: string[];

  @OneOf(['available', 'unavailable'], { description: 'Whether it can be called now.', example: 'available' })
  availability: string;

  @Flag({ description: 'Whether a subscription needs approval.', example: false })
  restricted: boolean;

  @Flag({
    description: 'Whether the provider could not be asked lately, so that this is what it said before.',
    example: false,
  })
  stale: boolean;
}
