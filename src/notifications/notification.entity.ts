import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AlertSeverity } from '#libs/events';

/** Something that administrators are told. */
@Entity('notifications')
export class NotificationEntity {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ type: 'text' })
  kind: string;

  @Column({ type: 'text' })
  severity: AlertSeverity;

  @Column({ type: 'text' })
  message: string;

  @Column({ name: 'resource_type', type: 'text' })
  resourceType: string;

  @Column({ name: 'resource_id', type: 'text' })
  resourceId: string;

  @Column({ type: 'boolean' })
  lasts: boolean;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'cleared_at', type: 'timestamptz', nullable: true })
  clearedAt: Date | null;
}
