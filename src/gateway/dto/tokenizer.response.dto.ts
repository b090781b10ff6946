import { Flag, Int, Text } from '#libs/http';

/** How many tokens a text has. */
export class TokenCountDto {
  @Text({ description: 'The model.', example: 'gpt-4o-mini' })
  model: string;

  @Int({ description: 'Tokens of the text alone, without what surrounds it in a request.', example: 5 })
  tokens: number;

  @Flag({
    description: "Whether it was not counted with this model's own tables, or the text is very long.",
    example: false,
  })
  estimated: boolean;
}
