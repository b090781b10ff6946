import { Instant, Text, Texts } from '#libs/http';

export class ModelAliasDto {
  @Text({ description: 'The other name.', example: 'fast' })
  alias: string;

  @Text({ description: 'The model that it means.', example: 'gpt-4o-mini' })
  modelId: string;

  @Instant({ description: 'When it was made.', example: '2026-11-20T06:23:16.000Z' })
  createdAt: Date;
}

export class ModelFallbacksDto {
  @Text({ description: 'The model.', example: 'gpt-4o-mini' })
  modelId: string;

  @Texts({ description: 'What answers when its provider cannot, in order.', example: ['claude-haiku-4-5'] })
  fallbackIds: string[];
}
