import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What is kept of a personal access token: never the secret. */
@Entity('personal_tokens')
export class PersonalTokenEntity {
  @PrimaryColumn({ type: 'uuid', name: 'id' })
  id: string;

  @Column({ type: 'uuid', name: 'user_id' })
  userId: string;

  @Column({ type: 'text', name: 'name' })
  name: string;

  /** The public beginning of the secret. */
  @Column({ type: 'text', name: 'prefix' })
  prefix: string;

  /** Keyed hash of the whole secret. */
  @Column({ type: 'bytea', name: 'token_hash' })
  tokenHash: Buffer;

  /** How its owner had proved who they are when they made it, in the names of RFC 8176. */
  @Column({ type: 'text', array: true, name: 'methods' })
  methods: string[];

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt: Date;

  /** Up to a minute late. */
  @Column({ type: 'timestamptz', name: 'last_used_at', nullable: true })
  lastUsedAt: Date | null;

  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true })
  endedAt: Date | null;
}
