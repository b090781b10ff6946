import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a directory says of an account, as it is kept. */
@Entity('scim_users')
export class ScimUserEntity {
  /** That of the account. */
  @PrimaryColumn({ type: 'uuid', name: 'id' })
  id: string;

  @Column({ type: 'text', name: 'external_id', nullable: true })
  externalId: string | null;

  @Column({ type: 'bytea', name: 'user_name_sealed' })
  userNameSealed: Buffer;

  @Column({ type: 'text', name: 'user_name_key_id' })
  userNameKeyId: string;

  /** Blind: finds the name and tells nothing of it. */
  @Column({ type: 'bytea', name: 'user_name_index' })
  userNameIndex: Buffer;

  /** Whether the directory wants the account to be used; an administrator may think otherwise. */
  @Column({ type: 'boolean', name: 'active' })
  active: boolean;

  @Column({ type: 'text', name: 'display_name', nullable: true })
  displayName: string | null;

  @Column({ type: 'text', name: 'formatted_name', nullable: true })
  formattedName: string | null;

  @Column({ type: 'text', name: 'given_name', nullable: true })
  givenName: string | null;

  @Column({ type: 'text', name: 'family_name', nullable: true })
  familyName: string | null;

  @Column({ type: 'text', name: 'email_type', nullable: true })
  emailType: string | null;

  @Column({ type: 'boolean', name: 'email_given' })
  emailGiven: boolean;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt: Date;
}
