import { Column, Entity, PrimaryColumn, type ValueTransformer } from 'typeorm';

/** PostgreSQL's bigint travels as text, because a number could not hold it. */
const pico: ValueTransformer = {
  from: (value: string | null) => (value === null ? null : BigInt(value)),
  to: (value: bigint | null | undefined) => value?.toString() ?? value,
};

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

  /** Pico-dollars a token, as are the two that follow. */
  @Column({ name: 'input_price', type: 'bigint', transformer: pico })
  inputPrice: bigint;

  @Column({ name: 'output_price', type: 'bigint', transformer: pico })
  outputPrice: bigint;

  @Column({ name: 'cached_input_price', type: 'bigint', nullable: true, transformer: pico })
  cachedInputPrice: bigint | null;

  /** `default` when the provider did not state both prices. */
  @Column({ name: 'price_source', type: 'text' })
  priceSource: 'upstream' | 'default' | 'admin';

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
