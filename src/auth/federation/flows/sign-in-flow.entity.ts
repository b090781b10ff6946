import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Somebody who was sent to an identity provider and has not come back yet. */
@Entity('sign_in_flows')
export class SignInFlowEntity {
  @PrimaryColumn({ type: 'uuid', name: 'id' })
  id: string;

  /** Keyed hash of the `state` that went along. */
  @Column({ type: 'bytea', name: 'state_hash' })
  stateHash: Buffer;

  /** Keyed hash of the cookie of the browser that it was begun in. */
  @Column({ type: 'bytea', name: 'browser_hash' })
  browserHash: Buffer;

  /** The slug. */
  @Column({ type: 'text', name: 'provider' })
  provider: string;

  /** The key that sealed. */
  @Column({ type: 'text', name: 'key_id' })
  keyId: string;

  /** The PKCE verifier and the nonce, sealed: both are used once more. */
  @Column({ type: 'bytea', name: 'sealed' })
  sealed: Buffer;

  /** A path of this installation. */
  @Column({ type: 'text', name: 'return_to' })
  returnTo: string;

  /** The session of the person who wants to link an identity; null for a sign-in. */
  @Column({ type: 'uuid', name: 'linking_session_id', nullable: true })
  linkingSessionId: string | null;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt: Date;
}
