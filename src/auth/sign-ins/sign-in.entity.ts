import { Column, Entity, PrimaryColumn } from 'typeorm';

/** That somebody signed in to an account, or tried to. */
@Entity('sign_ins')
export class SignInEntity {
  @PrimaryColumn({ type: 'uuid', name: 'id' })
  id: string;

  @Column({ type: 'uuid', name: 'user_id' })
  userId: string;

  @Column({ type: 'timestamptz', name: 'at' })
  at: Date;

  @Column({ type: 'boolean', name: 'success' })
  success: boolean;

  /** How they proved who they are, in the names of RFC 8176; none where they did not. */
  @Column({ type: 'text', array: true, name: 'methods' })
  methods: string[];

  @Column({ type: 'uuid', name: 'session_id', nullable: true })
  sessionId: string | null;

  @Column({ type: 'text', name: 'ip', nullable: true })
  ip: string | null;

  @Column({ type: 'text', name: 'user_agent', nullable: true })
  userAgent: string | null;
}
