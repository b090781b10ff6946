import { Id, Instant, Text } from '#libs/http';

/** Something that somebody agreed to. */
export class ConsentDto {
  @Id({ description: 'The id.', example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11' })
  id: string;

  @Text({ description: 'What for.', example: 'product-news' })
  purpose: string;

  @Text({ description: 'Of the text that was agreed to.', example: '2026-11' })
  version: string;

  @Instant({ description: 'When.', example: '2026-11-20T06:23:16.000Z' })
  givenAt: Date;

  @Instant({ description: 'Until when; null while it stands.', nullable: true, example: null })
  withdrawnAt: Date | null;
}
