import { Flag, Instant, Int, Text } from '#libs/http';

/** The terms of use. */
export class TermsDto {
  @Text({ description: 'Their version; null where there are none.', example: '2026-11', nullable: true })
  version: string | null;

  @Text({ description: 'The terms themselves.', example: 'Be kind to the models.', nullable: true })
  text: string | null;

  @Text({ description: 'Where they stand.', example: 'https://example.com/terms', nullable: true })
  url: string | null;

  @Flag({ description: 'Whether the house stays closed to whoever has not accepted them.', example: true })
  required: boolean;
}

/** The terms of use, and what whoever asks has done about them. */
export class OwnTermsDto extends TermsDto {
  @Instant({
    description: 'When you accepted them; null: not yet.',
    example: '2026-11-20T09:30:00.000Z',
    nullable: true,
  })
  acceptedAt: Date | null;
}

/** Whom it concerns that everybody is asked anew. */
export class TermsResetDto {
  @Int({ description: 'People who had accepted the terms in force, and have to again.', example: 42 })
  people: number;
}
