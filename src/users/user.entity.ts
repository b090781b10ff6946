import { Column, Entity, PrimaryColumn } from 'typeorm';

export type UserStatus = 'active' | 'inactive';

/** A row of the table of users. How to reach the person is sealed in it: `ContactSealer` makes it out. */
@Entity('users')
export class UserEntity {
  @PrimaryColumn({ type: 'uuid', name: 'id' })
  id: string;

  @Column({ type: 'bytea', name: 'email_sealed' })
  emailSealed: Buffer;

  @Column({ type: 'text', name: 'email_key_id' })
  emailKeyId: string;

  @Column({ type: 'bytea', name: 'email_index' })
  emailIndex: Buffer;

  @Column({ type: 'bytea', name: 'phone_sealed', nullable: true })
  phoneSealed: Buffer | null;

  @Column({ type: 'text', name: 'phone_key_id', nullable: true })
  phoneKeyId: string | null;

  @Column({ type: 'bytea', name: 'phone_index', nullable: true })
  phoneIndex: Buffer | null;

  /** Null until its owner has shown that mail to the address reaches them. */
  @Column({ type: 'timestamptz', name: 'email_verified_at', nullable: true })
  emailVerifiedAt: Date | null;

  @Column({ type: 'text', name: 'name' })
  name: string;

  /** Null: this account cannot sign in with a password. */
  @Column({ type: 'text', name: 'password_hash', nullable: true })
  passwordHash: string | null;

  @Column({ type: 'text', name: 'role' })
  role: string;

  @Column({ type: 'text', name: 'status' })
  status: UserStatus;

  /** Null, or past, when they are not banned. */
  @Column({ type: 'timestamptz', name: 'banned_until', nullable: true })
  bannedUntil: Date | null;

  @Column({ type: 'text', name: 'ban_reason', nullable: true })
  banReason: string | null;

  @Column({ type: 'timestamptz', name: 'last_sign_in_at', nullable: true })
  lastSignInAt: Date | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt: Date;
}

/** The columns that say how to reach somebody by mail. */
export type SealedEmail = Pick<UserEntity, 'emailSealed' | 'emailKeyId' | 'emailIndex'>;

/** The columns that say how to reach somebody by telephone. */
export type SealedPhone = Pick<UserEntity, 'phoneSealed' | 'phoneKeyId' | 'phoneIndex'>;

/** A person with an account, as the code of this feature knows them. */
export interface User extends Omit<UserEntity, keyof SealedEmail | keyof SealedPhone> {
  /** In canonical form. */
  readonly email: string;
  /** In canonical form; null when it is not known. */
  readonly phone: string | null;
}
