import type { ApiKeyPrincipal } from '#libs/access';
import { newId, picoToUsd } from '#libs/kernel';
import type { ModelCallTrace } from '#libs/observability';
import { type GeneratedText, TokenCounter, type UpstreamUsage } from '#libs/upstream';
import type { ProviderTarget } from '../providers/upstream.pool.js';
import type { Admitted } from './admission.js';
import { rate } from '../usage/rating.js';
import type { OpenCall, UsageEvent, UsageMeter } from '../usage/usage.meter.js';
import type { AnswerRecording } from './idempotency/answer.recording.js';
import { heardTokens, type MeteredTokens, NO_TOKENS, reportedTokens, spokenTokens } from './metered.tokens.js';
import type { RunningCall } from './running.calls.js';
import { type Operation, OPERATIONS } from './operations.js';
import type { Units } from './units.js';

/** How a call came to its end. */
export interface Outcome {
  readonly status: UsageEvent['status'];
  readonly httpStatus: number | undefined;
  /** What the provider says it used. Without it, what was said is counted here. */
  readonly usage?: UpstreamUsage | undefined;
  /** What it said of the prompt before the answer broke off. */
  readonly prompt?: UpstreamUsage | undefined;
  /** What the call took beside tokens. */
  readonly units?: Units;
  /** The model that answered, as the provider names it. */
  readonly model?: string | undefined;
  /** The generated text, for counting; of a stream that goes on it grows. */
  readonly said?: GeneratedText | undefined;
  /** Length of an answer that was too large to be read: it has no more tokens than the call may be answered with. */
  readonly unreadChars?: number;
  /** What the provider keeps the answer under. */
  readonly answerId?: string | undefined;
  /** The provider did no work: nothing is charged, nothing is counted. */
  readonly free?: boolean;
}

/** Who has to do with a call beside the ledger. */
export interface Watched {
  /** Writes the answer down, where it may be asked for again. */
  readonly recording?: AnswerRecording | undefined;
  readonly trace?: ModelCallTrace | undefined;
  /** Breaks the call off, whoever still waits for it. */
  readonly running?: RunningCall | undefined;
  /** Is told when the head of a stream is out. What fails afterwards still rejects, and nobody else hears of it. */
  readonly begun?: (() => void) | undefined;
}

/** Who calls what, and where it goes. */
export interface CallFacts extends Pick<Watched, 'recording' | 'trace'> {
  readonly actor: ApiKeyPrincipal;
  readonly operation: Operation;
  /** The caller's correlation id. */
  readonly requestId: string;
  /** Size of the request's body. */
  readonly bytes: number;
  readonly admitted: Admitted;
  /** The most tokens that the call may be answered with. */
  readonly mostOutput: () => number;
}

/** One call on its way: knows who, what and since when, and leaves exactly one usage event. */
export class MeteredCall implements OpenCall {
  private readonly id = newId();
  private readonly end: () => void;
  readonly startedAtMs = performance.now();
  private firstByteMs: number | undefined;
  private settled = false;
  private result: UsageEvent | undefined;
  private named: string | undefined;
  private ending: { readonly event: UsageEvent; readonly sinceMs: number } | undefined;
  private answerer: Pick<Admitted, 'model' | 'target'> | undefined;
  private progress: () => Outcome = () => ({ status: 'aborted', httpStatus: undefined });

  constructor(
    private readonly meter: UsageMeter,
    private readonly facts: CallFacts,
  ) {
    this.end = meter.begin(this);
  }

  get operation(): Operation {
    return this.facts.operation;
  }

  /** The provider, and the name that it was asked for. */
  get asked(): readonly [provider: string, model: string] {
    const { model, target } = this.answerer ?? this.facts.admitted;
    return [target.slug, model.upstreamName];
  }

  /** The row that it left, once that is durable. */
  get row(): UsageEvent | undefined {
    return this.result;
  }

  /** US dollars, once the row is durable. */
  get cost(): string | undefined {
    return this.result && picoToUsd(this.result.cost);
  }

  get settlingSinceMs(): number | undefined {
    return this.ending?.sinceMs;
  }

  get recording(): AnswerRecording | undefined {
    return this.facts.recording;
  }

  get trace(): ModelCallTrace | undefined {
    return this.facts.trace;
  }

  /** What its row does not say: who asked, and who answered by which name. */
  get names(): {
    readonly requestId: string;
    readonly target: ProviderTarget;
    readonly answeredBy: string | undefined;
  } {
    const { target } = this.answerer ?? this.facts.admitted;
    return { requestId: this.facts.requestId, target, answeredBy: this.named };
  }

  /** Tells the caller who answered and, where it is known already, for how many US dollars. */
  headers(): Record<string, string> {
    const { model, target } = this.answerer ?? this.facts.admitted;
    const { cost } = this;
    return {
      'x-sluice-model': encodeURI(model.id),
      'x-sluice-provider': target.slug,
      ...(cost === undefined ? {} : { 'x-sluice-cost': cost }),
    };
  }

  /** Another key, or another model, may have answered than was thought at first. */
  answeredBy(answerer: Pick<Admitted, 'model' | 'target'>): void {
    this.answerer = answerer;
  }

  /** The provider began to answer. */
  noteFirstByte(): void {
    this.firstByteMs ??= this.elapsedMs();
  }

  /** How far the answer has come can be asked from now on. */
  watch(progress: () => Outcome): void {
    this.progress = progress;
  }

  /** Resolves once the usage event is durable. A second end of the same call is none. */
  async settle(outcome: Outcome): Promise<void> {
    if (this.settled) return;
    this.settled = true;
    this.named = outcome.model;
    try {
      const event = this.event(outcome, await this.tokens(outcome));
      this.ending = { event, sinceMs: performance.now() };
      await this.meter.settle(event, this.facts.admitted.hold);
      this.result = event;
      this.facts.admitted.ticket.finish(event.inputTokens + event.outputTokens, event.tokensSource !== 'none');
    } finally {
      this.facts.admitted.ticket.finish(0, false);
      this.end();
    }
  }

  /** Frees what is still held for a call that never came to an end of its own. */
  abandon(): void {
    if (this.settled) return;
    this.settled = true;
    this.facts.admitted.hold.release();
    this.facts.admitted.ticket.finish(0, false);
    this.end();
  }

  /** The row that the call would leave if it ended now: its own, or one with tokens guessed from what was said. */
  soFar(): UsageEvent {
    const { charges, replicaId } = this.facts.admitted.hold;
    if (this.ending) return { ...this.ending.event, charges, replicaId };
    const outcome = this.progress();
    const tokens = outcome.usage ? reportedTokens(outcome.usage) : this.guessedTokens(outcome);
    return { ...this.event(outcome, tokens), charges, replicaId };
  }

  private guessedTokens({ prompt, said }: Outcome): MeteredTokens {
    return {
      inputTokens: prompt?.promptTokens ?? TokenCounter.estimate(this.facts.bytes) + this.earlierTokens,
      cachedInputTokens: prompt?.cachedTokens ?? 0,
      outputTokens: said?.estimate ?? 0,
      tokensSource: 'counted',
    };
  }

  private event(outcome: Outcome, tokens: MeteredTokens): UsageEvent {
    const { actor, operation, requestId, admitted } = this.facts;
    const held = admitted.hold.amount;
    const { model, target } = this.answerer ?? admitted;
    const incomplete = tokens.tokensSource === 'counted' && outcome.status !== 'completed';
    const usage = { ...tokens, ...outcome.units };
    const limit = { incomplete, ...(held > 0n ? { atMost: held } : {}) };
    const rated = outcome.free === true ? 0n : rate(model.price, usage, limit).cost;
    return {
      id: this.id,
      requestId,
      userId: actor.userId,
      apiKeyId: actor.id,
      subscriptionId: admitted.quota.subscriptionId,
      modelId: model.id,
      providerId: target.providerId,
      providerKeyId: target.providerKeyId,
      operation,
      status: outcome.status,
      httpStatus: outcome.httpStatus,
      streamed: admitted.request.stream,
      ...usage,
      priceId: model.price.priceId,
      incomplete,
      providerResponseId: this.isKept ? outcome.answerId : undefined,
      // Only what a provider reports may go beyond what was held: our own count is never a reason to overspend.
      cost: held > 0n && tokens.tokensSource === 'counted' && rated > held ? held : rated,
      latencyMs: this.elapsedMs(),
      firstByteMs: this.firstByteMs,
    };
  }

  private async tokens(outcome: Outcome): Promise<MeteredTokens> {
    const { usage, prompt, units, free = false } = outcome;
    if (free) return NO_TOKENS;
    if (usage) return reportedTokens(usage);
    const read = prompt?.promptTokens ?? (await this.promptTokens()) + this.earlierTokens;
    return {
      ...heardTokens(read, OPERATIONS[this.operation].isSound === true ? (units?.audioSeconds ?? 0) : 0),
      cachedInputTokens: prompt?.cachedTokens ?? 0,
      cacheWriteTokens: prompt?.cacheWriteTokens ?? 0,
      outputTokens: await this.answerTokens(outcome),
      ...(this.spoke ? spokenTokens(units?.characters ?? 0) : {}),
      tokensSource: 'counted',
    };
  }

  private get spoke(): boolean {
    return this.facts.operation === 'audio.speech' && this.firstByteMs !== undefined;
  }

  /** Counting must not keep a call from its row, whatever a body may be made of. */
  private async promptTokens(): Promise<number> {
    const { admitted, bytes } = this.facts;
    try {
      return await (await TokenCounter.load()).countRequest(admitted.request.json);
    } catch {
      return TokenCounter.estimate(bytes);
    }
  }

  /** What an answer that is gone on from adds to the prompt is in no body. */
  private get earlierTokens(): number {
    return this.facts.admitted.previous?.tokens ?? 0;
  }

  /** Whether the provider keeps the answer, so that it can be gone on from. */
  private get isKept(): boolean {
    return this.facts.operation === 'responses' && this.facts.admitted.request.json['store'] !== false;
  }

  private async answerTokens({ said, unreadChars }: Outcome): Promise<number> {
    if (unreadChars !== undefined) return Math.min(TokenCounter.estimate(unreadChars), this.facts.mostOutput());
    if (said === undefined) return 0;
    try {
      return await (await TokenCounter.load()).countText(said.text, said.chars);
    } catch {
      return said.estimate;
    }
  }

  private elapsedMs(): number {
    return Math.round(performance.now() - this.startedAtMs);
  }
}
