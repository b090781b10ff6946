import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { errorEnvelope } from '#libs/http';
import { responseHeaders, SseObserver, UpstreamFailure, type UpstreamResponse } from '#libs/upstream';
import { upstreamError } from './gateway.errors.js';
import type { MeteredCall } from './metered-call.js';

/**
 * Relays an event stream byte for byte as it comes. Its last event waits until the call is settled, so whoever
 * has the whole answer can rely on its usage being on record.
 */
@Injectable()
export class StreamRelay {
  private readonly log = new Logger(StreamRelay.name);

  async relay(response: UpstreamResponse, call: MeteredCall, reply: FastifyReply): Promise<void> {
    reply.hijack();
    const { raw } = reply;
    const observer = new SseObserver();
    raw.writeHead(response.status, {
      ...(reply.getHeaders() as OutgoingHttpHeaders),
      'cache-control': 'no-cache',
      ...responseHeaders(response.headers),
    });
    const outcome = { httpStatus: response.status };
    try {
      await this.pump(response, observer, raw);
      const last = observer.end();
      await call.settle({ ...outcome, status: 'completed', usage: observer.usage, text: observer.text });
      raw.end(last);
    } catch (error) {
      const hungUp = raw.destroyed || (error instanceof UpstreamFailure && error.kind === 'aborted');
      await call.settle({
        ...outcome,
        status: hungUp ? 'aborted' : 'failed',
        usage: observer.usage,
        text: observer.text,
      });
      if (hungUp) this.log.log('The caller hung up');
      else this.breakOff(error, observer, reply);
    }
  }

  private async pump(response: UpstreamResponse, observer: SseObserver, raw: ServerResponse): Promise<void> {
    for (let chunk = await response.body.read(); chunk !== undefined; chunk = await response.body.read()) {
      const ready = observer.push(chunk);
      if (ready !== undefined && !raw.write(ready)) await writable(raw);
    }
  }

  /** Without `[DONE]` but with an error event the caller can tell a broken answer from a whole one. */
  private breakOff(error: unknown, observer: SseObserver, reply: FastifyReply): void {
    if (!(error instanceof UpstreamFailure)) {
      this.log.error('A stream broke off', error);
      reply.raw.destroy();
      return;
    }
    this.log.warn({ reason: error.reason }, 'A provider broke off a stream');
    const rest = observer.end() ?? Buffer.alloc(0);
    const event = `data: ${JSON.stringify(errorEnvelope(upstreamError(error), reply.request.id))}\n\n`;
    reply.raw.end(Buffer.concat([rest, Buffer.from(event)]));
  }
}

/** Resolves when more may be written, or when nobody reads any more. */
function writable(raw: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      raw.off('drain', done);
      raw.off('close', done);
      resolve();
    };
    raw.once('drain', done);
    raw.once('close', done);
    if (raw.destroyed) done();
  });
}
