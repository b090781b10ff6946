import { Int, Json, Nested, OneOf, Text } from './fields.js';
import { ERROR_TYPES } from './error-envelope.js';

/** Where a page stands in its table. */
export class PaginationDto {
  @Int({ description: 'This page, from 1.', example: 1, min: 1 })
  page: number;

  @Int({ description: 'Rows on a page.', example: 20, min: 1 })
  limit: number;

  @Int({ description: 'Rows in all.', example: 42 })
  total: number;

  @Int({ description: 'Pages in all.', example: 3 })
  totalPages: number;
}

/** Where a page stands in its feed. */
export class CursorPaginationDto {
  @Int({ description: 'Most rows on a page.', example: 50, min: 1 })
  limit: number;

  @Text({ description: 'Send as `cursor` for the next page; null at the end.', nullable: true, example: null })
  nextCursor: string | null;
}

export class ErrorBodyDto {
  @Text({ description: 'Stable, to program against; listed in docs/errors.md.', example: 'validation_failed' })
  code: string;

  @Text({ description: 'One sentence for a person.', example: 'name must be a string' })
  message: string;

  @OneOf(ERROR_TYPES, {
    description: 'The family, as clients of the OpenAI format know it.',
    example: 'invalid_request_error',
  })
  type: string;

  @Text({ description: 'The offending input.', optional: true, example: 'name' })
  param?: string;

  @Json({
    description: 'More for programs, where there is more: of input that is not valid, each offence.',
    optional: true,
    example: [{ path: 'name', rule: 'name must be a string' }],
  })
  details?: unknown;
}

/** Every error, on both planes. */
export class ErrorDto {
  @Nested(() => ErrorBodyDto, { description: 'What went wrong.' })
  error: ErrorBodyDto;

  @Text({
    description: 'Quote it when you ask for help; it is in the X-Request-Id header and in the logs.',
    example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11',
  })
  requestId: string;
}
