import { Column, Entity, PrimaryColumn } from 'typeorm';

/** `pending` waits for a person; `granted` has its token and is over. */
export type DeviceRequestState = 'pending' | 'approved' | 'denied' | 'granted';

/** What a command line asks for, until it has a token or was refused one. */
@Entity('device_requests')
export class DeviceRequestEntity {
  @PrimaryColumn({ type: 'uuid', name: 'id' })
  id: string;

  @Column({ type: 'bytea', name: 'device_code_hash' })
  deviceCodeHash: Buffer;

  @Column({ type: 'bytea', name: 'user_code_hash' })
  userCodeHash: Buffer;

  /** What the program calls itself. Nobody has proved it. */
  @Column({ type: 'text', name: 'client' })
  client: string;

  @Column({ type: 'text', name: 'ip', nullable: true })
  ip: string | null;

  @Column({ type: 'text', name: 'user_agent', nullable: true })
  userAgent: string | null;

  @Column({ type: 'text', name: 'state' })
  state: DeviceRequestState;

  /** Who decided. */
  @Column({ type: 'uuid', name: 'user_id', nullable: true })
  userId: string | null;

  /** How they had proved who they are, in the names of RFC 8176. */
  @Column({ type: 'text', array: true, name: 'methods', nullable: true })
  methods: string[] | null;

  /** The pause that the program must make between two questions. */
  @Column({ type: 'integer', name: 'interval_seconds' })
  intervalSeconds: number;

  /** When it asked last. */
  @Column({ type: 'timestamptz', name: 'asked_at', nullable: true })
  askedAt: Date | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt: Date;
}
