import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { Redactor } from '#libs/observability';
import {
  OpaqueObserver,
  responseHeaders,
  type StreamObserver,
  tellCost,
  UpstreamFailure,
  type UpstreamBody,
  type UpstreamResponse,
} from '#libs/upstream';
import { type Dialect, errorEvent } from './dialect.js';
import { gatewayConfig } from './gateway.config.js';
import { gatewayErrors, upstreamError } from './gateway.errors.js';
import type { AnswerRecording } from './idempotency/answer.recording.js';
import type { MeteredCall, Outcome } from './metered-call.js';
import { ModelWatch } from './model.watch.js';
import { OPERATIONS } from './operations.js';
import { withoutSecrets } from './provider.words.js';

/** Stands where a head was that is sent. */
const SENT = 'sent';

/**
 * Relays an event stream byte for byte as it comes. Its last event waits until the call is settled, so whoever
 * has the whole answer can rely on its usage being on record, and a usage at the end can say what that cost.
 */
@Injectable()
export class StreamRelay {
  private readonly log = new Logger(StreamRelay.name);

  constructor(
    @InjectConfig(gatewayConfig) private readonly config: ConfigOf<typeof gatewayConfig>,
    private readonly redactor: Redactor,
    private readonly models: ModelWatch,
  ) {}

  async relay(response: UpstreamResponse, dialect: Dialect, call: MeteredCall, reply: FastifyReply): Promise<void> {
    const { raw } = reply;
    const observer = dialect.observe(response.headers['content-type'] ?? '');
    const outcome = (status: 'completed' | 'aborted' | 'failed'): Outcome => {
      const { usage, prompt, model, said, answerId } = observer;
      const units = dialect.streamedUnits();
      return { status, httpStatus: response.status, usage, prompt, model, said, units, answerId };
    };
    call.watch(() => outcome('aborted'));
    try {
      reply.hijack();
      const headers = { 'cache-control': 'no-cache', ...responseHeaders(response.headers), ...call.headers() };
      call.recording?.begin(response.status, headers);
      raw.writeHead(response.status, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...headers });
      await this.pump(response.body, observer, raw, call.recording);
      const held = this.shown(observer.end(), observer);
      this.models.note(...call.asked, observer.model);
      if (observer.badUsage === true) this.models.noteBadUsage(...call.asked);
      if (!observer.whole) this.log.warn({ error: observer.error }, 'A provider ended a stream before it was complete');
      await call.settle(outcome(observer.whole ? 'completed' : 'failed'));
      const last = withCost(held, observer, call);
      if (observer.whole) await call.recording?.keep(last);
      endSoon(raw, last, this.stallMs);
    } catch (error) {
      const givenUp = raw.destroyed || (error instanceof UpstreamFailure && error.kind === 'aborted');
      await call.settle(outcome(givenUp ? 'aborted' : 'failed'));
      if (raw.destroyed) this.log.log('The caller hung up');
      else this.breakOff(error, observer, call, reply);
    } finally {
      // Whatever went wrong on our side must not leave the provider working. Harmless after the end.
      response.body.cancel();
    }
  }

  private get stallMs(): number {
    return this.config.writeStallSeconds * 1_000;
  }

  /** An event is read before it goes on, so an error is known of before its first byte is shown. */
  private shown(bytes: Buffer | undefined, { error }: StreamObserver): Buffer | undefined {
    return bytes === undefined || error === undefined ? bytes : withoutSecrets(this.redactor, bytes);
  }

  private pump(
    body: UpstreamBody,
    observer: StreamObserver,
    raw: ServerResponse,
    recording: AnswerRecording | undefined,
  ): Promise<void> {
    let isLight = false;
    return body.each((chunk) => {
      const hasRoom = this.passOn(chunk, observer, raw, recording);
      if (!isLight) isLight = forgetHead(raw);
      return hasRoom ? undefined : writable(raw, this.stallMs);
    });
  }

  /** @returns whether more may be written at once */
  private passOn(
    chunk: Buffer,
    observer: StreamObserver,
    raw: ServerResponse,
    recording: AnswerRecording | undefined,
  ): boolean {
    const ready = this.shown(observer.push(chunk), observer);
    if (ready === undefined) return true;
    recording?.add(ready);
    return raw.write(ready);
  }

  /**
   * Without its closing event but with an error event the caller can tell a broken answer from a whole one. Bytes
   * that are no events have no place for an error: there the connection breaks as well.
   */
  private breakOff(error: unknown, observer: StreamObserver, call: MeteredCall, reply: FastifyReply): void {
    if (!(error instanceof UpstreamFailure)) {
      this.log.error('A stream broke off', error);
      reply.raw.destroy();
      return;
    }
    // Nobody but us gives a call up whose caller still listens.
    const isCut = error.kind === 'aborted';
    if (isCut) this.log.log('A stream was cut: its caller may not call any more');
    else this.log.warn({ reason: error.reason }, 'A provider broke off a stream');
    if (observer instanceof OpaqueObserver) {
      reply.raw.destroy();
      return;
    }
    const rest = wholeEvents(this.shown(observer.end(), observer));
    const told = isCut ? gatewayErrors.access_withdrawn() : upstreamError(error);
    const event = errorEvent(OPERATIONS[call.operation].format, told, reply.request.id);
    // Should an event have been cut off that is partly sent already, the empty line ends it.
    endSoon(reply.raw, Buffer.concat([rest, Buffer.from(`\n\n${event}`)]), this.stallMs);
  }
}

/** Whoever is told what was used is told what that cost; where no usage waits to go out, the bytes stay as they are. */
function withCost(held: Buffer | undefined, observer: StreamObserver, { cost }: MeteredCall): Buffer | undefined {
  const isReadable = held !== undefined && cost !== undefined && !(observer instanceof OpaqueObserver);
  return isReadable ? tellCost(held, cost) : held;
}

/** Ends an answer, and gives it up should the caller not read it to its end. */
function endSoon(raw: ServerResponse, last: Buffer | undefined, stallMs: number): void {
  raw.setTimeout(stallMs, () => raw.destroy());
  raw.end(last);
}

/**
 * Lets go of the head of an answer that is on its way: Node keeps it as it was put together, in some eighty pieces, until the
 * answer ends, and asks of it only whether there was one.
 *
 * @returns whether it was sent
 */
function forgetHead(raw: ServerResponse): boolean {
  const inside = raw as unknown as { _headerSent?: boolean; _header?: string };
  if (inside._headerSent !== true || typeof inside._header !== 'string') return false;
  inside._header = SENT;
  return true;
}

/** What was held back, without an event that has no end: it would swallow the one that follows. */
function wholeEvents(held: Buffer | undefined): Buffer {
  const ends = ['\n\n', '\r\n\r\n', '\r\r'].map((end) => {
    const at = held?.lastIndexOf(end) ?? -1;
    return at === -1 ? 0 : at + end.length;
  });
  return held?.subarray(0, Math.max(...ends)) ?? Buffer.alloc(0);
}

/**
 * Resolves when more may be written, or when nobody reads any more. Who reads nothing for so long is cut off: an
 * answer that waits to be read holds a connection to its provider.
 */
function writable(raw: ServerResponse, stallMs: number): Promise<void> {
  return new Promise((resolve) => {
    const stalled = setTimeout(() => raw.destroy(), stallMs);
    const done = (): void => {
      clearTimeout(stalled);
      raw.off('drain', done);
      raw.off('close', done);
      resolve();
    };
    raw.once('drain', done);
    raw.once('close', done);
    if (raw.destroyed) done();
  });
}
