import { Flag, Id, Instant, Text } from '#libs/http';

const ID = '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11';

/** Something that whoever asks did. The changed values stay with the log. */
export class ActivityDto {
  @Id({ description: 'Ids follow time.', example: ID })
  id: string;

  @Text({ description: 'What was done.', example: 'API_KEY_REVOKED' })
  action: string;

  @Text({ description: 'The kind of thing it was done to.', example: 'api_key' })
  resourceType: string;

  @Text({
    description: 'The thing it was done to; for a refusal the method and the route.',
    nullable: true,
    example: ID,
  })
  resourceId: string | null;

  @Flag({ description: 'False for what was tried and refused.', example: true })
  success: boolean;

  @Text({ description: 'Why it was refused.', nullable: true, example: null })
  errorCode: string | null;

  @Text({ description: 'The address that it came from.', nullable: true, example: '203.0.113.7' })
  ip: string | null;

  @Text({ description: "The client's own name for itself.", nullable: true, example: 'curl/8.5.0' })
  userAgent: string | null;

  @Instant({ description: 'When.', example: '2026-11-20T09:30:00.000Z' })
  createdAt: Date;
}
