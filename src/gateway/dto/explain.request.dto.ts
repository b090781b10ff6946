import { Id, Int, Json, Text } from '#libs/http';

/** A call that somebody thinks of making. */
export class ExplainCallDto {
  @Id({ description: 'The API key, by its id. Either this or `key`.', optional: true })
  apiKeyId?: string;

  @Text({ description: 'The API key itself. Either this or `apiKeyId`.', min: 1, max: 200, optional: true })
  key?: string;

  @Text({ description: 'The model, by its name or another name of it.', min: 1, max: 255, example: 'gpt-4o-mini' })
  model: string;

  @Json({
    description: 'The messages of the chat; their size counts where `bytes` is left out.',
    optional: true,
    example: [{ role: 'user', content: 'Hello' }],
  })
  messages?: object;

  @Int({
    description: 'Size of the request body in bytes.',
    min: 0,
    max: 1_073_741_824,
    optional: true,
    example: 2_000,
  })
  bytes?: number;

  @Int({ description: 'The most tokens of the answer.', min: 1, max: 10_000_000, optional: true, example: 500 })
  maxTokens?: number;
}
