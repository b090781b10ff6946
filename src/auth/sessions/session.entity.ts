import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('sessions')
export class SessionEntity {
  @PrimaryColumn({ type: 'uuid', name: 'id' })
  id: string;

  @Column({ type: 'uuid', name: 'user_id' })
  userId: string;

  /** Keyed hash of the one refresh token that is good now. */
  @Column({ type: 'bytea', name: 'refresh_hash' })
  refreshHash: Buffer;

  @Column({ type: 'text', name: 'ip', nullable: true })
  ip: string | null;

  @Column({ type: 'text', name: 'user_agent', nullable: true })
  userAgent: string | null;

  /** How its owner proved who they are, in the names of RFC 8176. */
  @Column({ type: 'text', array: true, name: 'methods' })
  methods: string[];

  /** When they proved it last. */
  @Column({ type: 'timestamptz', name: 'authenticated_at' })
  authenticatedAt: Date;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'last_used_at' })
  lastUsedAt: Date;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt: Date;

  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true })
  endedAt: Date | null;

  @Column({ type: 'text', name: 'end_reason', nullable: true })
  endReason: string | null;
}
