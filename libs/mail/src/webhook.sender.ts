import { createHmac } from 'node:crypto';
import { SmsSender, Refused, type TextMessage } from './senders.js';

/** Shorter than PostgreSQL lets the transaction idle in which a message is handed over. */
const LONGEST_MS = 8_000;

/** Hands text messages over to a service, signed as Standard Webhooks has it: HMAC-SHA-256 of `id.timestamp.body`. */
export class WebhookSmsSender extends SmsSender {
  readonly isOn = true;

  /** @param now Unix milliseconds */
  constructor(
    private readonly url: string,
    private readonly key: Buffer,
    private readonly now: () => number,
  ) {
    super();
  }

  async send({ id, to, text }: TextMessage): Promise<void> {
    const now = this.now();
    const timestamp = Math.floor(now / 1_000).toString();
    const body = JSON.stringify({ type: 'sms.send', timestamp: new Date(now).toISOString(), data: { to, text } });
    const signature = createHmac('sha256', this.key).update(`${id}.${timestamp}.${body}`).digest('base64');
    const status = await this.post(body, {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    });
    if (status >= 200 && status < 300) return;
    const said = `SMS webhook: ${status}`;
    // A request that is bad stays so; a service that is busy, or gone for a while, does not.
    if (status >= 400 && status < 500 && status !== 408 && status !== 429) throw new Refused(said);
    throw new Error(said);
  }

  private async post(body: string, headers: Record<string, string>): Promise<number> {
    try {
      const signal = AbortSignal.timeout(LONGEST_MS);
      const answer = await fetch(this.url, { method: 'POST', body, headers, redirect: 'manual', signal });
      await answer.body?.cancel();
      return answer.status;
    } catch {
      throw new Error('SMS webhook: it does not answer');
    }
  }
}
