import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What one identity provider calls somebody. */
@Entity('identities')
export class IdentityEntity {
  @PrimaryColumn({ type: 'uuid', name: 'id' })
  id: string;

  @Column({ type: 'uuid', name: 'user_id' })
  userId: string;

  /** The slug of the provider that it was linked through, for people. */
  @Column({ type: 'text', name: 'provider' })
  provider: string;

  /** Together with the subject it is that person and nobody else, for ever. */
  @Column({ type: 'text', name: 'issuer' })
  issuer: string;

  @Column({ type: 'text', name: 'subject' })
  subject: string;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'last_used_at', nullable: true })
  lastUsedAt: Date | null;
}
