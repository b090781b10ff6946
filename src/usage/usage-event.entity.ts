import { Column, Entity, PrimaryColumn } from 'typeorm';

/** PostgreSQL's 64-bit and NUMERIC integers arrive as text; token counts are far below 2^53. */
const count = { from: Number, to: (value: number) => value };
const pico = { from: BigInt, to: (value: bigint) => value.toString() };

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

  @Column({ type: 'bigint', name: 'input_tokens', transformer: count })
  inputTokens: number;

  @Column({ type: 'bigint', name: 'cached_input_tokens', transformer: count })
  cachedInputTokens: number;

  @Column({ type: 'bigint', name: 'output_tokens', transformer: count })
  outputTokens: number;

  @Column({ type: 'text', name: 'tokens_source' })
  tokensSource: string;

  /** Pico-dollars. */
  @Column({ type: 'numeric', precision: 38, scale: 0, transformer: pico })
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
