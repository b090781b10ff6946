import { OneOf, PageQueryDto, Text } from '#libs/http';

export const MODEL_SORTS = ['id', 'contextLength', 'inputCost', 'outputCost', 'createdAt'] as const;
export const MODEL_CAPABILITIES = ['chat', 'streaming', 'vision', 'tools', 'embeddings'] as const;

/** Which models, and in which order. */
export class ListModelsQueryDto extends PageQueryDto {
  @Text({
    description: 'Only models of this provider, or of this vendor behind a provider.',
    example: 'openai',
    max: 255,
    optional: true,
  })
  provider?: string;

  @OneOf(MODEL_CAPABILITIES, { description: 'Only models that can do this.', example: 'vision', optional: true })
  capability?: string;

  @Text({
    description: 'Only models with this text in their name or description.',
    example: 'gpt',
    max: 255,
    optional: true,
  })
  search?: string;

  @OneOf(['available', 'unavailable'], {
    description: 'Only models that can be called now, or only those that cannot.',
    example: 'available',
    optional: true,
  })
  availability?: string;

  @OneOf(MODEL_SORTS, { description: 'What to sort by; models that do not say come last.', default: 'id' })
  sort: (typeof MODEL_SORTS)[number] = 'id';

  @OneOf(['asc', 'desc'], { description: 'The direction.', default: 'asc' })
  order: 'asc' | 'desc' = 'asc';
}

/** The name of a model in an address. */
export class ModelParamDto {
  @Text({ description: 'Name of the model, percent-encoded.', example: 'gpt-4o', min: 1, max: 512 })
  id: string;
}
