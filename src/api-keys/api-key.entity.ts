import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What is kept of an API key: never the secret. Rows stay after revocation, for the history of usage. */
@Entity('api_keys')
export class ApiKeyEntity {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ type: 'uuid', name: 'user_id' })
  userId: string;

  @Column({ type: 'text' })
  name: string;

  /** The public beginning of the secret. */
  @Column({ type: 'text' })
  prefix: string;

  /** Keyed hash of the whole secret, which has 256 random bits: a slow hash would add nothing. */
  @Column({ type: 'bytea', name: 'secret_hash' })
  secretHash: Buffer;

  /** What may be asked for; null for everything. */
  @Column({ type: 'text', array: true, nullable: true })
  permissions: string[] | null;

  @Column({ type: 'integer', name: 'rpm_limit', nullable: true })
  rpmLimit: number | null;

  @Column({ type: 'integer', name: 'tpm_limit', nullable: true })
  tpmLimit: number | null;

  @Column({ type: 'jsonb', name: 'model_rpm_limit' })
  modelRpmLimit: Record<string, number>;

  @Column({ type: 'jsonb', name: 'model_tpm_limit' })
  modelTpmLimit: Record<string, number>;

  @Column({ type: 'integer', name: 'max_parallel_requests', nullable: true })
  maxParallelRequests: number | null;

  /** The team that the owner calls as. */
  @Column({ type: 'uuid', name: 'team_id', nullable: true })
  teamId: string | null;

  @Column({ type: 'timestamptz', name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true })
  revokedAt: Date | null;

  /** Up to half a minute late. */
  @Column({ type: 'timestamptz', name: 'last_used_at', nullable: true })
  lastUsedAt: Date | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt: Date;
}

/** The same columns as plain data. */
export type ApiKeyRecord = Pick<ApiKeyEntity, keyof ApiKeyEntity>;
