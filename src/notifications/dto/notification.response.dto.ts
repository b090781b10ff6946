import { ALERT_SEVERITIES, type AlertSeverity } from '#libs/events';
import { Id, Instant, OneOf, Text } from '#libs/http';

/** Something that administrators are told. */
export class NotificationDto {
  @Id({ description: 'Ids follow time.', example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11' })
  id: string;

  @Text({ description: 'What kind of news it is.', example: 'key_pool_degraded' })
  kind: string;

  @OneOf(ALERT_SEVERITIES, { description: 'How bad it is.', example: 'error' })
  severity: AlertSeverity;

  @Text({ description: 'For people to read.', example: 'No key of the provider "openai" works.' })
  message: string;

  @Text({ description: 'The kind of thing that it is about.', example: 'provider' })
  resourceType: string;

  @Text({ description: 'The thing that it is about.', example: '0190b5c2-5d1a-7b0e-8f32-6a9d1c4e2b70' })
  resourceId: string;

  @Instant({ description: 'When it was told.', example: '2026-11-20T09:30:00.000Z' })
  createdAt: Date;

  @Instant({
    description: 'When it was over; null for what still is so, or just happened.',
    nullable: true,
    example: null,
  })
  clearedAt: Date | null;
}
