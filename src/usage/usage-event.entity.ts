import { Column, Entity, PrimaryColumn } from 'typeorm';
import { asCount, asPico } from '#libs/database';

/** One settled call. Rows are written by the meter and never changed. */
@Entity('usage_events')
export class UsageEventEntity {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ type: 'text', name: 'request_id' })
  requestId: string;

  @Column({ type: 'uuid', name: 'user_id' })
  userId: string;

  @Column({ type: 'uuid', name: 'api_key_id' })
  apiKeyId: string;

  @Column({ type: 'text', name: 'model_id' })
  modelId: string;

  @Column({ type: 'uuid', name: 'provider_id' })
  providerId: string;

  @Column({ type: 'uuid', name: 'provider_key_id', nullable: true })
  providerKeyId: string | null;

  @Column({ type: 'text' })
  operation: string;

  @Column({ type: 'text' })
  status: string;

  @Column({ type: 'integer', name: 'http_status', nullable: true })
  httpStatus: number | null;

  @Column({ type: 'boolean' })
  streamed: boolean;

  @Column({ type: 'bigint', name: 'input_tokens', transformer: asCount })
  inputTokens: number;

  @Column({ type: 'bigint', name: 'cached_input_tokens', transformer: asCount })
  cachedInputTokens: number;

  @Column({ type: 'bigint', name: 'output_tokens', transformer: asCount })
  outputTokens: number;

  @Column({ type: 'text', name: 'tokens_source' })
  tokensSource: string;

  /** Pico-dollars. */
  @Column({ type: 'numeric', precision: 38, scale: 0, transformer: asPico })
  cost: bigint;

  /** The price that the call was rated with; null on rows from before prices had a history. */
  @Column({ type: 'uuid', name: 'price_id', nullable: true })
  priceId: string | null;

  @Column({ type: 'integer', name: 'latency_ms' })
  latencyMs: number;

  @Column({ type: 'integer', name: 'first_byte_ms', nullable: true })
  firstByteMs: number | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;
}
