import { Int, Text } from '#libs/http';

/** The name of a resource in an address. Whether there is one of that name is asked where it is looked for. */
export class ScimNameParamDto {
  @Text({ description: 'The id.', min: 1, max: 255, example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11' })
  id: string;
}

/** Which attributes come back, RFC 7644 §3.9. */
export class ScimAttributesQueryDto {
  @Text({ description: 'Only these attributes, separated by commas.', optional: true, max: 1_000, example: 'userName' })
  attributes?: string;

  @Text({
    description: 'All but these attributes, separated by commas.',
    optional: true,
    max: 1_000,
    example: 'members',
  })
  excludedAttributes?: string;
}

/** Which resources come back, RFC 7644 §3.4.2. */
export class ScimListQueryDto extends ScimAttributesQueryDto {
  @Text({
    description: 'Which resources, RFC 7644 §3.4.2.2.',
    optional: true,
    max: 10_000,
    example: 'userName eq "ada@example.com"',
  })
  filter?: string;

  @Int({ description: 'The first of them, from 1.', default: 1, min: -1_000_000_000, max: 1_000_000_000 })
  startIndex: number = 1;

  @Int({ description: 'How many of them; at most 200.', default: 100, min: -1_000_000_000, max: 1_000_000_000 })
  count: number = 100;

  @Text({ description: 'Taken and not heeded: the order is that of making.', optional: true, max: 255 })
  sortBy?: string;

  @Text({ description: 'Taken and not heeded.', optional: true, max: 255 })
  sortOrder?: string;
}
