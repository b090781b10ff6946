import type { ApiKeyPrincipal } from '#libs/access';
import { newId } from '#libs/kernel';
import { type ModelRequest, TokenCounter, type UpstreamUsage } from '#libs/upstream';
import type { ResolvedModel } from '../models/model.catalog.js';
import type { ProviderTarget } from '../providers/upstream.pool.js';
import type { UsageEvent, UsageMeter } from '../usage/usage.meter.js';

export type Operation = UsageEvent['operation'];

/** How a call came to its end. */
export interface Outcome {
  readonly status: UsageEvent['status'];
  readonly httpStatus: number | undefined;
  /** What the provider says it used. Without it, what was said is counted here. */
  readonly usage?: UpstreamUsage | undefined;
  /** The generated text, for counting. */
  readonly text?: string;
  /** The provider did no work: nothing is charged, nothing is counted. */
  readonly free?: boolean;
}

/** One call on its way: knows who, what and since when, and leaves exactly one usage event. */
export class MeteredCall {
  private readonly id = newId();
  private readonly startedAt = performance.now();
  private firstByteMs: number | undefined;
  private settled = false;

  constructor(
    private readonly meter: UsageMeter,
    private readonly actor: ApiKeyPrincipal,
    private readonly operation: Operation,
    private readonly requestId: string,
    private readonly model: ResolvedModel,
    private readonly target: ProviderTarget,
    private readonly request: ModelRequest,
  ) {}

  /** The provider began to answer. */
  noteFirstByte(): void {
    this.firstByteMs ??= this.elapsedMs();
  }

  /** Resolves once the usage event is durable. A second end of the same call is none. */
  async settle(outcome: Outcome): Promise<void> {
    if (this.settled) return;
    this.settled = true;
    const tokens = await this.tokens(outcome);
    await this.meter.settle({
      id: this.id,
      requestId: this.requestId,
      userId: this.actor.userId,
      apiKeyId: this.actor.id,
      modelId: this.model.id,
      providerId: this.target.providerId,
      providerKeyId: this.target.providerKeyId,
      operation: this.operation,
      status: outcome.status,
      httpStatus: outcome.httpStatus,
      streamed: this.request.stream,
      ...tokens,
      cost: this.meter.rate(this.model, tokens),
      latencyMs: this.elapsedMs(),
      firstByteMs: this.firstByteMs,
    });
  }

  private async tokens({
    usage,
    text = '',
    free = false,
  }: Outcome): Promise<Pick<UsageEvent, 'inputTokens' | 'cachedInputTokens' | 'outputTokens' | 'tokensSource'>> {
    if (free) return { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, tokensSource: 'none' };
    if (usage) {
      return {
        inputTokens: usage.promptTokens,
        cachedInputTokens: usage.cachedTokens,
        outputTokens: usage.completionTokens,
        tokensSource: 'provider',
      };
    }
    const counter = await TokenCounter.load();
    return {
      inputTokens: counter.countRequest(this.request.json),
      cachedInputTokens: 0,
      outputTokens: counter.countText(text),
      tokensSource: 'counted',
    };
  }

  private elapsedMs(): number {
    return Math.round(performance.now() - this.startedAt);
  }
}
