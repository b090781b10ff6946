import { Instant, Text } from '#libs/http';

const NAME = {
  example: 'openai',
  min: 1,
  max: 100,
  pattern: /^[A-Za-z0-9][A-Za-z0-9._:-]*$/,
  rule: 'must have letters, digits, dots, dashes, underscores and colons only',
};
const VALUE = { description: 'The secret. It goes in, and never comes out.', example: 'sk-…', min: 1, max: 8_192 };
const EXPIRES_AT = {
  description: 'When it is to be forgotten; null or left out: never.',
  example: '2027-01-01T00:00:00.000Z',
  optional: true,
  nullable: true,
};

/** A key that a person has with a provider. */
export class SetOwnProviderKeyDto {
  @Text({ ...NAME, description: 'What it is called: usually the provider.' })
  name: string;

  @Text(VALUE)
  value: string;

  @Instant(EXPIRES_AT)
  expiresAt?: string | null;
}

/** Which of the own keys. */
export class OwnProviderKeyParamDto {
  @Text({ ...NAME, description: 'What the key is called.' })
  name: string;
}

/** What a tool needs to act for a person. */
export class SetToolCredentialDto {
  @Text(VALUE)
  value: string;

  @Instant(EXPIRES_AT)
  expiresAt?: string | null;
}

/** Which tool. */
export class ToolParamDto {
  @Text({ ...NAME, description: 'The name of the tool.', example: 'web-search' })
  tool: string;
}
