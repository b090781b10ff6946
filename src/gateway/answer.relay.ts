import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { eachGeneratedText, responseHeaders, type UpstreamResponse, usageOf } from '#libs/upstream';
import { gatewayConfig } from './gateway.config.js';
import { gatewayErrors } from './gateway.errors.js';
import type { MeteredCall } from './metered-call.js';

/** Relays an answer that comes in one piece: it is read whole, settled, and only then sent. */
@Injectable()
export class AnswerRelay {
  private readonly log = new Logger(AnswerRelay.name);

  constructor(@InjectConfig(gatewayConfig) private readonly config: ConfigOf<typeof gatewayConfig>) {}

  /** @throws UpstreamFailure when the answer breaks off, DomainError when it must not be shown */
  async relay(response: UpstreamResponse, call: MeteredCall, reply: FastifyReply): Promise<void> {
    const body = await response.body.bytes(this.config.answerLimitBytes);
    const { status } = response;
    if (status >= 300) {
      await call.settle({ status: 'failed', httpStatus: status, free: true });
      this.refuseToShow(status);
    } else {
      const json = parse(body);
      const usage = usageOf(json);
      await call.settle({
        status: 'completed',
        httpStatus: status,
        usage,
        ...(usage ? {} : { text: generatedText(json) }),
      });
    }
    void reply.status(status).headers(responseHeaders(response.headers)).send(body);
  }

  /** A 4xx about the caller's request is the caller's to read; one about our own credentials is not. */
  private refuseToShow(status: number): void {
    if (status >= 400 && status < 500 && status !== 401 && status !== 403) return;
    this.log.warn({ status }, 'A provider failed');
    if (status === 401 || status === 403) throw gatewayErrors.upstream_credentials_refused();
    throw gatewayErrors.upstream_failed({ details: { status } });
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function generatedText(json: unknown): string {
  let text = '';
  if (typeof json === 'object' && json !== null) {
    eachGeneratedText(json as Record<string, unknown>, (piece) => (text += piece));
  }
  return text;
}
