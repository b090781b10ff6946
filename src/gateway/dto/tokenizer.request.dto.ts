import { Text } from '#libs/http';

/** A text whose tokens are to be counted. */
export class CountTokensDto {
  @Text({ description: 'The text.', max: 500_000, example: 'Where is the gate?' })
  text: string;

  @Text({ description: 'The model that shall read it.', min: 1, max: 255, example: 'gpt-4o-mini' })
  model: string;
}
