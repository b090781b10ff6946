import { Injectable } from '@nestjs/common';
import { paginate, UnitOfWork } from '#libs/database';
import type { Alert, AlertSubject } from '#libs/events';
import { newId, type Page } from '#libs/kernel';
import { NotificationEntity } from './notification.entity.js';

/** The questions about what administrators are told. */
@Injectable()
export class NotificationsRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** What lasts and stands already, also said by another replica a moment ago, is not said again. */
  async add({ kind, severity, message, resourceType, resourceId, lasts }: Alert): Promise<void> {
    await this.work.manager.query(
      `INSERT INTO notifications (id, kind, severity, message, resource_type, resource_id, lasts)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
      [newId(), kind, severity, message, resourceType, resourceId, lasts],
    );
  }

  async clear({ kind, resourceType, resourceId }: AlertSubject): Promise<void> {
    await this.work.manager.query(
      `UPDATE notifications SET cleared_at = now()
        WHERE kind = $1 AND resource_type = $2 AND resource_id = $3 AND lasts AND cleared_at IS NULL`,
      [kind, resourceType, resourceId],
    );
  }

  /** Newest first. */
  list({
    severity,
    standing,
    ...page
  }: {
    severity?: string;
    standing?: boolean;
    page: number;
    limit: number;
  }): Promise<Page<NotificationEntity>> {
    const found = this.work.manager
      .getRepository(NotificationEntity)
      .createQueryBuilder('notification')
      .orderBy('notification.id', 'DESC');
    if (severity !== undefined) found.andWhere('notification.severity = :severity', { severity });
    if (standing === true) found.andWhere('notification.lasts AND notification.cleared_at IS NULL');
    if (standing === false) found.andWhere('NOT (notification.lasts AND notification.cleared_at IS NULL)');
    return paginate(found, page);
  }
}
