import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * One row of the audit log, together with what is known of the people in it. PostgreSQL refuses to change, delete or
 * truncate what is written.
 */
@Entity('audit_trail')
export class AuditLog {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ type: 'text' })
  action: string;

  @Column({ type: 'text', name: 'resource_type' })
  resourceType: string;

  @Column({ type: 'text', name: 'resource_id', nullable: true })
  resourceId: string | null;

  @Column({ type: 'text', name: 'actor_kind' })
  actorKind: string;

  @Column({ type: 'text', name: 'actor_id', nullable: true })
  actorId: string | null;

  @Column({ type: 'boolean' })
  success: boolean;

  @Column({ type: 'text', name: 'error_code', nullable: true })
  errorCode: string | null;

  @Column({ type: 'jsonb', name: 'old_values', nullable: true })
  oldValues: object | null;

  @Column({ type: 'jsonb', name: 'new_values', nullable: true })
  newValues: object | null;

  @Column({ type: 'text', nullable: true })
  ip: string | null;

  @Column({ type: 'text', name: 'user_agent', nullable: true })
  userAgent: string | null;

  @Column({ type: 'text', name: 'request_id', nullable: true })
  requestId: string | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;
}
