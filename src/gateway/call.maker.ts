import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKeyPrincipal } from '#libs/access';
import { setRateHeaders } from '#libs/http';
import { UpstreamFailure } from '#libs/upstream';
import { UsageMeter } from '../usage/usage.meter.js';
import { Admission } from './admission.js';
import { AnswerRelay } from './answer.relay.js';
import { answerBound } from './bounds.js';
import { CallMetrics } from './call.metrics.js';
import { dialectOf } from './dialects.js';
import { gatewayErrors, upstreamError } from './gateway.errors.js';
import type { IncomingCall } from './incoming.call.js';
import { MeteredCall, type Watched } from './metered-call.js';
import { ProviderCaller } from './provider.caller.js';
import { StreamRelay } from './stream.relay.js';

/** What is passed on as it comes: events, and speech, which is listened to while it is made. */
const STREAMED = /^(?:text\/event-stream|audio\/|application\/octet-stream)/;

/** The way of a call: admit, dispatch, relay the answer, settle before its last byte. */
@Injectable()
export class CallMaker {
  constructor(
    private readonly admission: Admission,
    private readonly providers: ProviderCaller,
    private readonly meter: UsageMeter,
    private readonly answers: AnswerRelay,
    private readonly streams: StreamRelay,
    private readonly metrics: CallMetrics,
  ) {}

  /**
   * Answers on the reply by itself. @throws DomainError before the first byte of an answer
   *
   * @param watched.recording writes the answer down for whoever asks again; then a caller that hangs up will come back for it
   */
  async make(
    actor: ApiKeyPrincipal,
    incoming: IncomingCall,
    request: FastifyRequest,
    reply: FastifyReply,
    { recording, trace, running, begun }: Watched = {},
  ): Promise<void> {
    const { operation } = incoming;
    const hangUp = new AbortController();
    let isAwaited = false;
    const onClose = (): void => void (isAwaited || hangUp.abort());
    reply.raw.once('close', onClose);
    running?.whenCut(() => hangUp.abort());
    const admitted = await this.admission.admit(actor, incoming);
    isAwaited = recording !== undefined && !admitted.request.stream;
    const { standing } = admitted.ticket;
    if (standing) setRateHeaders(reply, standing);
    const call = new MeteredCall(this.meter, {
      actor,
      operation,
      requestId: request.id,
      bytes: incoming.bytes,
      admitted,
      mostOutput: () => answerBound(incoming, admitted.model),
      recording,
      trace,
    });
    try {
      // Whoever hung up while we asked has asked for nothing.
      if (hangUp.signal.aborted) return;
      const expected = dialectOf(incoming, admitted.target);
      if (expected.answerHere) return await this.answers.give(await expected.answerHere(), call, reply);
      recording?.noteSent();
      const { response, dialect } = await this.providers.send(incoming, admitted, call, request, hangUp.signal);
      call.noteFirstByte();
      const isStream = response.status < 300 && STREAMED.test(response.headers['content-type'] ?? '');
      if (isStream && reply.raw.destroyed) hangUp.abort();
      isAwaited &&= !isStream;
      const relayed = (isStream ? this.streams : this.answers).relay(response, dialect, call, reply);
      if (isStream && reply.raw.headersSent) begun?.();
      await relayed;
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      const hungUp = error.kind === 'aborted';
      // A prompt that was sent is paid for, whoever stops listening; a provider that failed is not paid.
      await call.settle({ status: hungUp ? 'aborted' : 'failed', httpStatus: undefined, free: !hungUp || !error.sent });
      throw running?.isCut === true ? gatewayErrors.access_withdrawn() : upstreamError(error);
    } finally {
      call.abandon();
      this.metrics.note(call);
      reply.raw.off('close', onClose);
    }
  }
}
