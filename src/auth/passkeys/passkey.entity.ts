import { Column, Entity, PrimaryColumn } from 'typeorm';
import { asCount } from '#libs/database';

@Entity('passkeys')
export class PasskeyEntity {
  @PrimaryColumn({ type: 'uuid', name: 'id' })
  id: string;

  @Column({ type: 'uuid', name: 'user_id' })
  userId: string;

  /** What the authenticator calls it, in base64url. */
  @Column({ type: 'text', name: 'credential_id' })
  credentialId: string;

  /** COSE (RFC 9052). */
  @Column({ type: 'bytea', name: 'public_key' })
  publicKey: Buffer;

  /** How often it has signed, where its authenticator counts. */
  @Column({ type: 'bigint', name: 'counter', transformer: asCount })
  counter: number;

  @Column({ type: 'text', array: true, name: 'transports' })
  transports: string[];

  @Column({ type: 'text', name: 'name' })
  name: string;

  /** Whether its owner has it on other devices as well. */
  @Column({ type: 'boolean', name: 'backed_up' })
  backedUp: boolean;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'last_used_at', nullable: true })
  lastUsedAt: Date | null;
}
