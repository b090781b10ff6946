import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A model of the catalogue, under the name that callers write. */
@Entity('models')
export class ModelEntity {
  @PrimaryColumn({ type: 'text' })
  id: string;

  @Column({ name: 'provider_id', type: 'uuid' })
  providerId: string;

  @Column({ name: 'upstream_name', type: 'text' })
  upstreamName: string;

  @Column({ type: 'text', nullable: true })
  vendor: string | null;

  @Column({ type: 'text', nullable: true })
  description: string | null;

  /** Tokens. */
  @Column({ name: 'context_length', type: 'integer', nullable: true })
  contextLength: number | null;

  /** Tokens. */
  @Column({ name: 'max_output_tokens', type: 'integer', nullable: true })
  maxOutputTokens: number | null;

  @Column({ type: 'text', array: true })
  capabilities: string[];

  @Column({ type: 'text' })
  availability: 'available' | 'unavailable';

  /** A subscription needs an administrator's approval. */
  @Column({ type: 'boolean' })
  restricted: boolean;

  /** Who keeps the row: the synchronisation, an administrator, or nobody because it is a mock. */
  @Column({ type: 'text' })
  source: 'sync' | 'mock' | 'admin';

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}
