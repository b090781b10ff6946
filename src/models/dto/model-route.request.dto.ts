import { Text, Texts } from '#libs/http';

export class AliasParamDto {
  @Text({
    description: 'The other name: letters, digits, dots, dashes, underscores and colons.',
    example: 'fast',
    min: 1,
    max: 100,
    pattern: /^[A-Za-z0-9][A-Za-z0-9._:-]*$/,
    rule: 'must have letters, digits, dots, dashes, underscores and colons only',
  })
  alias: string;
}

export class SetAliasDto {
  @Text({ description: 'The model that it means.', example: 'gpt-4o-mini', min: 1, max: 512 })
  modelId: string;
}

export class SetFallbacksDto {
  @Texts({
    description: 'The models that answer when the provider cannot, in order. None: nobody does.',
    example: ['claude-haiku-4-5'],
    maxItems: 4,
    max: 512,
  })
  fallbackIds: string[];
}
