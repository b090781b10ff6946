import { Column, Entity, PrimaryColumn } from 'typeorm';

/** That somebody may make an account with an address. */
@Entity('invitations')
export class InvitationEntity {
  @PrimaryColumn({ type: 'uuid', name: 'id' })
  id: string;

  /** Keyed hash of the token. */
  @Column({ type: 'bytea', name: 'token_hash' })
  tokenHash: Buffer;

  @Column({ type: 'bytea', name: 'email_sealed' })
  emailSealed: Buffer;

  @Column({ type: 'text', name: 'email_key_id' })
  emailKeyId: string;

  @Column({ type: 'bytea', name: 'email_index' })
  emailIndex: Buffer;

  /** That of the account to be. */
  @Column({ type: 'text', name: 'role' })
  role: string;

  @Column({ type: 'uuid', name: 'invited_by', nullable: true })
  invitedBy: string | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt: Date;

  @Column({ type: 'timestamptz', name: 'used_at', nullable: true })
  usedAt: Date | null;

  @Column({ type: 'uuid', name: 'used_by', nullable: true })
  usedBy: string | null;

  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true })
  revokedAt: Date | null;
}
