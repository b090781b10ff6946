import { Flag, Int, Nested, OneOf, Text, Texts } from '#libs/http';
import { MODEL_CAPABILITIES } from './model.request.dto.js';
import { ModelPricingDto } from './price.response.dto.js';

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

  @Nested(() => ModelPricingDto, { description: 'What it costs now; null when nobody ever said.', nullable: true })
  pricing: ModelPricingDto | null;

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
