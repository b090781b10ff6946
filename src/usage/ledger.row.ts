import type { Pico } from '#libs/kernel';
import type { Charge } from './budgets/budget.slice.js';

/** What can be asked of a model. */
export type CalledOperation =
  | 'chat.completions'
  | 'completions'
  | 'embeddings'
  | 'responses'
  | 'messages'
  | 'messages.count_tokens'
  | 'images.generations'
  | 'audio.speech'
  | 'audio.transcriptions'
  | 'audio.translations'
  | 'moderations'
  | 'rerank'
  | 'forwarded';

/** One call of a model, after its end. */
export interface LedgerRow {
  /** UUIDv7 made when the call was admitted: a call has at most one row. */
  readonly id: string;
  /** What the caller knows the call by. */
  readonly requestId: string;
  readonly userId: string;
  readonly apiKeyId: string;
  /** The right to the model that was asked for; its quota counts the call. */
  readonly subscriptionId?: string;
  readonly modelId: string;
  readonly providerId: string;
  readonly providerKeyId: string | undefined;
  readonly operation: CalledOperation;
  readonly status: 'completed' | 'aborted' | 'failed';
  readonly httpStatus: number | undefined;
  readonly streamed: boolean;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  readonly tokensSource: 'provider' | 'counted' | 'none';
  /** Part of the input that the provider wrote to its cache. */
  readonly cacheWriteTokens?: number;
  /** Part of that which is kept for an hour. */
  readonly longCacheWriteTokens?: number;
  /** Part of the output that was spent on reasoning. */
  readonly reasoningTokens?: number;
  /** Parts of the input and of the output that are sound or pictures. */
  readonly audioInputTokens?: number;
  readonly imageInputTokens?: number;
  readonly audioOutputTokens?: number;
  readonly imageOutputTokens?: number;
  readonly images?: number;
  /** Whole seconds, begun ones included. */
  readonly audioSeconds?: number;
  readonly characters?: number;
  readonly searches?: number;
  readonly cost: Pico;
  /** The price that the call was rated with. */
  readonly priceId?: string | undefined;
  /** Cut short and counted here: rated with the surcharge. */
  readonly incomplete?: boolean;
  /** What the provider keeps the answer under, where the caller may go on from it. */
  readonly providerResponseId?: string | undefined;
  readonly latencyMs: number;
  readonly firstByteMs: number | undefined;
  /** The budgets that pay for it, and under which replica's name their slices are leased. */
  readonly charges?: readonly Charge[];
  /** When it was settled (RFC 3339), where that was before it came to the ledger. */
  readonly settledAt?: string;
  readonly replicaId?: string;
}
