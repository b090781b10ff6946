import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import type { Page } from '#libs/kernel';
import type { ListNotificationsQueryDto } from './dto/notification.request.dto.js';
import type { NotificationEntity } from './notification.entity.js';
import { NotificationsRepository } from './notifications.repository.js';

/** Shows administrators what they are told. */
@Injectable()
export class NotificationsService {
  constructor(private readonly notifications: NotificationsRepository) {}

  list(_actor: Principal, query: ListNotificationsQueryDto): Promise<Page<NotificationEntity>> {
    return this.notifications.list(query);
  }
}
