import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('sign_in_challenges')
export class SignInChallengeEntity {
  @PrimaryColumn({ type: 'uuid', name: 'id' })
  id: string;

  @Column({ type: 'bytea', name: 'token_hash' })
  tokenHash: Buffer;

  @Column({ type: 'uuid', name: 'user_id' })
  userId: string;

  /** How its owner has proved who they are so far, in the names of RFC 8176. */
  @Column({ type: 'text', array: true, name: 'methods' })
  methods: string[];

  /** Answers so far that were not right, the one that is being looked at included. */
  @Column({ type: 'integer', name: 'failures' })
  failures: number;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt: Date;
}
