import { DEFAULT_MODELS, defaultReply, errorReply, WireServer } from '#libs/simulator';
import type { ReceivedRequest, SimulatedModel, UsageReport, WireReply } from '#libs/simulator';

/**
 * How the fake upstream answers. What is left out is as a well-behaved provider would have it, so `{ usage: 'omit' }` is
 * a true answer without usage and `{ resetAtByte: 100 }` a true answer that breaks off.
 */
export interface Script extends WireReply {
  /** Instead of the true usage: `omit`, `negative`, `absurd`, or any object. */
  usage?: 'omit' | 'negative' | 'absurd' | Record<string, unknown>;
  /** Put in the place of the first event's data: `{"choices":[` and nothing more. */
  malformedSse?: boolean;
  /** Turns the bytes of the answer into what is sent instead, each piece in one write. */
  bend?: (body: Buffer) => readonly Buffer[];
  /** Stop the stream after so many writes until {@link FakeUpstream.release} is called. */
  pauseAfterChunks?: number;
}

/** A script, or a function of the request. */
export type ScriptSource = Script | ((request: ReceivedRequest) => Script);

const BAD_USAGE = {
  negative: { prompt_tokens: -10, completion_tokens: -5, total_tokens: -15 },
  absurd: { prompt_tokens: 1e15, completion_tokens: 1e15, total_tokens: 2e15 },
};

/** A scriptable model provider over real HTTP that remembers every request it got. */
export class FakeUpstream {
  readonly requests: ReceivedRequest[] = [];
  private served: SimulatedModel[] = [...DEFAULT_MODELS];
  private upcoming: ScriptSource[] = [];
  private standing: ScriptSource = {};
  private paused: { readonly request: ReceivedRequest; readonly goOn: () => void }[] = [];
  private server: WireServer;

  private constructor() {}

  static async start(): Promise<FakeUpstream> {
    const fake = new FakeUpstream();
    fake.server = await WireServer.start((request) => fake.answer(request));
    return fake;
  }

  /** The root, without `/v1`. */
  get url(): string {
    return this.server.url;
  }

  /** The requests that are calls of a model. */
  get calls(): readonly ReceivedRequest[] {
    return this.requests.filter(({ method }) => method === 'POST');
  }

  /** The last request. */
  get last(): ReceivedRequest {
    const last = this.requests.at(-1);
    if (last === undefined) {
      throw new Error('The fake upstream got no request');
    }
    return last;
  }

  /** Sets what is served: names, or models whose missing traits are those of a small chat model. */
  models(models: readonly (string | (Partial<SimulatedModel> & { id: string }))[]): this {
    this.served = models.map((model) => ({ ...SMALL, ...(typeof model === 'string' ? { id: model } : model) }));
    return this;
  }

  /** Scripts the next answer to a POST; several calls queue. The catalogue (GET) obeys {@link always} alone. */
  next(script: ScriptSource): this {
    this.upcoming.push(script);
    return this;
  }

  /** Scripts every answer that {@link next} does not, until it is called again; `{}` is back to normal. */
  always(script: ScriptSource): this {
    this.standing = script;
    return this;
  }

  /** Scripts the next answer as an error in OpenAI's envelope. */
  nextError(status: number, code = `upstream_${status}`, headers: Record<string, string> = {}): this {
    return this.next(errorReply(status, code, `Scripted failure with status ${status}`, headers));
  }

  /** Lets all paused streams go on. Throws if there is none: one whose request has not come yet would pause for ever. */
  release(): void {
    const open = this.paused.filter(({ request }) => request.closedAt === undefined);
    if (open.length === 0) throw new Error('No stream is paused: wait until its request has come');
    this.letGo();
  }

  /** Forgets requests and scripts; keeps address and models. */
  reset(): void {
    this.letGo();
    this.requests.length = 0;
    this.upcoming = [];
    this.standing = {};
  }

  async stop(): Promise<void> {
    this.letGo();
    await this.server.stop();
  }

  private letGo(): void {
    this.paused.splice(0).forEach(({ goOn }) => goOn());
  }

  private answer(request: ReceivedRequest): WireReply {
    this.requests.push(request);
    const source = (request.method === 'POST' ? this.upcoming.shift() : undefined) ?? this.standing;
    const { usage, malformedSse, bend, pauseAfterChunks, ...wire } =
      typeof source === 'function' ? source(request) : source;
    const reply: WireReply = { ...defaultReply(request, this.served, { usage: reportOf(usage) }), ...wire };
    if (wire.status !== undefined && wire.body === undefined && wire.status >= 400) {
      Object.assign(reply, errorReply(wire.status, `upstream_${wire.status}`, 'Scripted failure', wire.headers));
    }
    if (malformedSse === true && typeof reply.body === 'object' && !Buffer.isBuffer(reply.body)) {
      reply.body = ['data: {"choices":[\n\n', ...reply.body.slice(1)];
    }
    if (bend) {
      const { body = '' } = reply;
      const pieces = typeof body === 'string' || Buffer.isBuffer(body) ? [body] : body;
      reply.body = bend(Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
    }
    if (pauseAfterChunks !== undefined) {
      const until = new Promise<void>((goOn) => this.paused.push({ request, goOn }));
      reply.pause = { afterChunks: pauseAfterChunks, until };
    }
    return reply;
  }
}

const SMALL: SimulatedModel = {
  id: 'small',
  mode: 'chat',
  maxInputTokens: 32_000,
  maxOutputTokens: 4_096,
  inputCostPerToken: 0.00000015,
  outputCostPerToken: 0.0000006,
};

function reportOf(usage: Script['usage']): UsageReport {
  if (usage === 'negative' || usage === 'absurd') {
    return BAD_USAGE[usage];
  }
  return usage ?? 'true';
}
