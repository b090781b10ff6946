import type { OutgoingHttpHeaders } from 'node:http';
import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { Redactor } from '#libs/observability';
import { responseHeaders, UpstreamFailure, type UpstreamResponse } from '#libs/upstream';
import type { Dialect } from './dialect.js';
import { gatewayConfig } from './gateway.config.js';
import { gatewayErrors } from './gateway.errors.js';
import type { MeteredCall } from './metered-call.js';
import { ModelWatch } from './model.watch.js';
import { withoutSecrets } from './provider.words.js';

/** A sentence and its reasons; what is longer is not said to a person. */
const LONGEST_ERROR_BYTES = 1_048_576;

/** Relays an answer that comes in one piece: it is read whole, settled, and only then sent. */
@Injectable()
export class AnswerRelay {
  private readonly log = new Logger(AnswerRelay.name);

  constructor(
    @InjectConfig(gatewayConfig) private readonly config: ConfigOf<typeof gatewayConfig>,
    private readonly redactor: Redactor,
    private readonly models: ModelWatch,
  ) {}

  /** @throws UpstreamFailure when the answer breaks off, DomainError when it must not be shown */
  async relay(response: UpstreamResponse, dialect: Dialect, call: MeteredCall, reply: FastifyReply): Promise<void> {
    const { status } = response;
    const bytes = await this.read(response, dialect, call);
    let body: Buffer | undefined;
    if (status >= 300) {
      await call.settle({ status: 'failed', httpStatus: status, free: true });
      this.refuseToShow(status);
      body = withoutSecrets(this.redactor, dialect.hearError(bytes, status));
    } else {
      const { body: heard, isError, model, badUsage, ...took } = dialect.hear(bytes);
      await call.settle({ status: 'completed', httpStatus: status, free: dialect.free, model, ...took });
      this.models.note(...call.asked, model);
      if (badUsage) this.models.noteBadUsage(...call.asked);
      body = heard && isError === true ? withoutSecrets(this.redactor, heard) : heard;
    }
    if (body === undefined) throw gatewayErrors.upstream_failed();
    await this.send({ status, headers: responseHeaders(response.headers), body }, call, reply);
  }

  /** What is too large for this house was made all the same, and is charged by the provider. */
  private async read({ status, body }: UpstreamResponse, dialect: Dialect, call: MeteredCall): Promise<Buffer> {
    const { answerLimitBytes } = this.config;
    if (status >= 300) return body.bytes(Math.min(LONGEST_ERROR_BYTES, answerLimitBytes));
    try {
      return await body.bytes(answerLimitBytes);
    } catch (error) {
      if (error instanceof UpstreamFailure && error.kind === 'too_large') {
        const units = dialect.streamedUnits();
        const unreadChars = answerLimitBytes;
        await call.settle({ status: 'failed', httpStatus: status, free: dialect.free, units, unreadChars });
      }
      throw error;
    }
  }

  /** Gives an answer that no provider had to be asked for. */
  async give(body: Buffer, call: MeteredCall, reply: FastifyReply): Promise<void> {
    await call.settle({ status: 'completed', httpStatus: 200, free: true });
    await this.send({ status: 200, headers: { 'content-type': 'application/json' }, body }, call, reply);
  }

  private async send(
    { status, headers, body }: { status: number; headers: Record<string, string>; body: Buffer },
    call: MeteredCall,
    reply: FastifyReply,
  ): Promise<void> {
    const all = { ...headers, ...call.headers() };
    call.recording?.begin(status, all);
    await call.recording?.keep(body);
    const { raw } = reply;
    reply.hijack();
    raw.writeHead(status, {
      ...(reply.getHeaders() as OutgoingHttpHeaders),
      ...all,
      'content-length': body.length,
    });
    // An answer in one piece is as large as the provider likes; one that nobody reads must not stay in memory.
    raw.setTimeout(this.config.writeStallSeconds * 1_000, () => raw.destroy());
    raw.end(body);
  }

  /** A 4xx about the caller's request is the caller's to read; one about our own credentials is not. */
  private refuseToShow(status: number): void {
    if (status >= 400 && status < 500 && status !== 401 && status !== 403) return;
    this.log.warn({ status }, 'A provider failed');
    if (status === 401 || status === 403) throw gatewayErrors.upstream_credentials_refused();
    throw gatewayErrors.upstream_failed({ details: { status } });
  }
}
