import { Flag, Id, Instant, JsonMap, Text } from '#libs/http';

const ID = '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11';

/** Who did what, to what, from where, and whether it succeeded. */
export class AuditLogDto {
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

  @Text({
    description:
      '`user`, `api-key`, `scim`, `system` or `anonymous`; `deleted-user` for somebody who is gone, of whom the id is all that is left.',
    example: 'user',
  })
  actorKind: string;

  @Text({ description: 'Who did it; null for somebody unknown.', nullable: true, example: ID })
  actorId: string | null;

  @Flag({ description: 'False for what was tried and refused.', example: true })
  success: boolean;

  @Text({ description: 'Why it was refused.', nullable: true, example: null })
  errorCode: string | null;

  @JsonMap({ description: 'The changed values as they were, without secrets.', nullable: true, example: null })
  oldValues: Record<string, unknown> | null;

  @JsonMap({ description: 'The changed values as they are, without secrets.', nullable: true, example: { name: 'ci' } })
  newValues: Record<string, unknown> | null;

  @Text({ description: "The client's address.", nullable: true, example: '203.0.113.7' })
  ip: string | null;

  @Text({ description: "The client's own name for itself.", nullable: true, example: 'curl/8.5.0' })
  userAgent: string | null;

  @Text({ description: 'The request, as in its X-Request-Id header and the logs.', nullable: true, example: ID })
  requestId: string | null;

  @Instant({ description: 'When.', example: '2026-11-20T09:30:00.000Z' })
  createdAt: Date;
}
