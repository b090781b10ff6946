import { FeedQueryDto, Flag, Id, Instant, Int, Text, Texts } from '#libs/http';

/** Which rows of the audit log are asked for. */
export class AuditLogQueryDto extends FeedQueryDto {
  @Int({ description: 'Most rows on a page.', min: 1, max: 100, default: 50, example: 50 })
  override limit: number = 50;

  @Text({ description: 'Only this action.', min: 1, max: 100, optional: true, example: 'API_KEY_REVOKED' })
  action?: string;

  @Text({
    description: 'Only what this actor did: the id of a person or of the platform itself (`system`).',
    min: 1,
    max: 100,
    optional: true,
    example: 'system',
  })
  actorId?: string;

  @Id({
    description: 'Only what this person did.',
    optional: true,
    example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11',
  })
  userId?: string;

  @Text({ description: 'Only this kind of resource.', min: 1, max: 100, optional: true, example: 'api_key' })
  resourceType?: string;

  @Texts({
    description: 'Not these kinds of resource, comma separated.',
    maxItems: 50,
    max: 100,
    optional: true,
    example: ['route'],
  })
  excludeResourceTypes?: string[];

  @Flag({ description: 'Only what succeeded, or only what did not.', optional: true, example: false })
  success?: boolean;

  @Instant({ description: 'From this day (UTC) or moment on.', optional: true, example: '2026-11-01' })
  startDate?: string;

  @Instant({
    description: 'Up to the end of this day (UTC), or to just before this moment.',
    optional: true,
    example: '2026-11-30',
  })
  endDate?: string;

  @Text({
    description: 'Stands literally in action, resource, actor, error code, address or request id.',
    min: 1,
    max: 200,
    optional: true,
    example: '0190b5c2',
  })
  search?: string;
}
