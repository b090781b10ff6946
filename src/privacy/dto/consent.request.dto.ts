import { Text } from '#libs/http';

/** What somebody agrees to. */
export class GiveConsentDto {
  @Text({
    description: 'What for: lower case words.',
    example: 'product-news',
    min: 1,
    max: 100,
    pattern: /^[a-z0-9]+([._-][a-z0-9]+)*$/,
    rule: 'must be lower case words, joined by a hyphen, a dot or an underscore',
  })
  purpose: string;

  @Text({ description: 'Of the text that is agreed to.', example: '2026-11', min: 1, max: 100, default: '1' })
  version: string = '1';
}
