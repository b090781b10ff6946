import { TokenCounter } from '#libs/upstream';
import type { IncomingCall } from './incoming.call.js';
import { NativeDialect } from './native.dialect.js';

/** The tokens of a message for a provider that does not count them: they are counted here, and nothing is sent. */
export class CountingDialect extends NativeDialect {
  private readonly asked: Record<string, unknown>;

  constructor(call: IncomingCall) {
    super(call);
    this.asked = call.request.json;
  }

  override async answerHere(): Promise<Buffer> {
    const counter = await TokenCounter.load();
    return Buffer.from(JSON.stringify({ input_tokens: await counter.countRequest(this.asked) }));
  }
}
