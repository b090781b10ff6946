import { Column, Entity, PrimaryColumn } from 'typeorm';

export type UserStatus = 'active' | 'inactive';

@Entity('users')
export class UserEntity {
  @PrimaryColumn({ type: 'uuid', name: 'id' })
  id: string;

  /** In canonical form. */
  @Column({ type: 'text', name: 'email' })
  email: string;

  @Column({ type: 'text', name: 'name' })
  name: string;

  /** Null: this account cannot sign in with a password. */
  @Column({ type: 'text', name: 'password_hash', nullable: true })
  passwordHash: string | null;

  @Column({ type: 'text', name: 'role' })
  role: string;

  @Column({ type: 'text', name: 'status' })
  status: UserStatus;

  @Column({ type: 'timestamptz', name: 'last_sign_in_at', nullable: true })
  lastSignInAt: Date | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt: Date;
}
