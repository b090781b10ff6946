import { Injectable } from '@nestjs/common';
import { DomainEvent, OnEvent } from '#libs/events';
import { NotificationsRepository } from './notifications.repository.js';

/** Keeps what events have to tell administrators, in the transaction of what happened. */
@Injectable()
export class AlertRecorder {
  constructor(private readonly notifications: NotificationsRepository) {}

  @OnEvent(DomainEvent, 'in-transaction')
  async onEvent(event: DomainEvent): Promise<void> {
    const [alert, cleared] = [event.alert?.(), event.clears?.()];
    if (cleared) await this.notifications.clear(cleared);
    if (alert) await this.notifications.add(alert);
  }
}
