import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import { Endpoint, page } from '#libs/http';
import type { Page } from '#libs/kernel';
import { ListNotificationsQueryDto } from './dto/notification.request.dto.js';
import { NotificationDto } from './dto/notification.response.dto.js';
import type { NotificationEntity } from './notification.entity.js';
import { notificationPermissions } from './notifications.permissions.js';
import { NotificationsService } from './notifications.service.js';

@ApiTags('Notifications')
@Controller('api/v1/admin/notifications')
export class AdminNotificationsController {
  constructor(private readonly notifications: NotificationsService) {}

  @Get()
  @Endpoint({
    access: permitted(notificationPermissions['read-alerts']),
    summary: 'What administrators are told, the newest first',
    description: 'What lasts, such as a provider without a key that works, is told once and cleared when it is over.',
    returns: page(NotificationDto),
  })
  listAdminNotifications(
    @Actor() actor: Principal,
    @Query() query: ListNotificationsQueryDto,
  ): Promise<Page<NotificationEntity>> {
    return this.notifications.list(actor, query);
  }
}
