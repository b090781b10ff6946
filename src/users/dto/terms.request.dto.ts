import { Flag, Text } from '#libs/http';

const VERSION = { example: '2026-11', min: 1, max: 50, pattern: /\S/, rule: 'must not be blank' };

/** The terms of use from now on: a text, an address where they stand, or both. */
export class SetTermsDto {
  @Text({ ...VERSION, description: 'Another version than before is asked for anew.' })
  version: string;

  @Text({
    description: 'The terms themselves.',
    example: 'Be kind to the models.',
    min: 1,
    max: 100_000,
    optional: true,
    nullable: true,
  })
  text?: string | null;

  @Text({
    description: 'Where they stand.',
    example: 'https://example.com/terms',
    max: 2_048,
    pattern: /^https?:\/\/[^\s<>"]+$/,
    rule: 'must be an address with http or https',
    optional: true,
    nullable: true,
  })
  url?: string | null;

  @Flag({ description: 'Whether the house stays closed to whoever has not accepted them.', example: true })
  required: boolean;
}

/** Which terms somebody accepts. */
export class AcceptTermsQueryDto {
  @Text({
    ...VERSION,
    description: 'Those that were read, so that no others are accepted by accident. Left out: those in force.',
    optional: true,
  })
  version?: string;
}
