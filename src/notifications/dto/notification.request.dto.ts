import { ALERT_SEVERITIES } from '#libs/events';
import { Flag, OneOf, PageQueryDto } from '#libs/http';

/** Which of the notifications. */
export class ListNotificationsQueryDto extends PageQueryDto {
  @OneOf(ALERT_SEVERITIES, { description: 'Only those of this severity.', example: 'error', optional: true })
  severity?: string;

  @Flag({ description: 'Only what is still so, or only the rest.', example: true, optional: true })
  standing?: boolean;
}
