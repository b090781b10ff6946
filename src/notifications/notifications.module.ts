import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AdminNotificationsController } from './admin-notifications.controller.js';
import { AlertRecorder } from './alert.recorder.js';
import { NotificationEntity } from './notification.entity.js';
import { NotificationsRepository } from './notifications.repository.js';
import { NotificationsService } from './notifications.service.js';

/** Listens to what happens and tells those who should know. */
@Module({
  imports: [TypeOrmModule.forFeature([NotificationEntity])],
  controllers: [AdminNotificationsController],
  providers: [AlertRecorder, NotificationsRepository, NotificationsService],
})
export class NotificationsModule {}
