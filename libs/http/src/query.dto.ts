import { Int, Id } from './fields.js';

/** Which page of a table. */
export class PageQueryDto {
  @Int({ description: 'The page, from 1.', min: 1, max: 100_000, default: 1 })
  page: number = 1;

  @Int({ description: 'Rows on a page.', min: 1, max: 1_000, default: 20 })
  limit: number = 20;
}

/** Where to go on in a feed. */
export class FeedQueryDto {
  @Id({ description: '`nextCursor` of the page before.', optional: true })
  cursor?: string;

  @Int({ description: 'Most rows on a page.', min: 1, max: 1_000, default: 50 })
  limit: number = 50;
}

/** The id in an address. */
export class IdParamDto {
  @Id({ description: 'The id.' })
  id: string;
}
