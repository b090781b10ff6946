import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKeyPrincipal } from '#libs/access';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { requestHeaders, rewriteModel, UpstreamFailure, type UpstreamResponse } from '#libs/upstream';
import { UpstreamPool } from '../providers/upstream.pool.js';
import { UsageMeter } from '../usage/usage.meter.js';
import { type Admitted, Admission } from './admission.js';
import { AnswerRelay } from './answer.relay.js';
import { gatewayConfig } from './gateway.config.js';
import { upstreamError } from './gateway.errors.js';
import { MeteredCall, type Operation } from './metered-call.js';
import { StreamRelay } from './stream.relay.js';

const PATHS: Readonly<Record<Operation, string>> = {
  'chat.completions': '/chat/completions',
  completions: '/completions',
  embeddings: '/embeddings',
};

/** The way of a call: admit, dispatch, relay the answer, settle before its last byte. */
@Injectable()
export class GatewayService {
  constructor(
    private readonly admission: Admission,
    private readonly upstreams: UpstreamPool,
    private readonly meter: UsageMeter,
    private readonly answers: AnswerRelay,
    private readonly streams: StreamRelay,
    @InjectConfig(gatewayConfig) private readonly config: ConfigOf<typeof gatewayConfig>,
  ) {}

  /** Answers on the reply by itself. @throws DomainError before the first byte of an answer */
  async call(
    actor: ApiKeyPrincipal,
    operation: Operation,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const body = request.body as Buffer;
    const admitted = await this.admission.admit(actor, body);
    const call = new MeteredCall(this.meter, { actor, operation, requestId: request.id, admitted });
    const hangUp = new AbortController();
    const onClose = (): void => hangUp.abort();
    reply.raw.once('close', onClose);
    try {
      const response = await this.dispatch(operation, admitted, request, body, hangUp.signal);
      call.noteFirstByte();
      const isStream =
        response.status < 300 && (response.headers['content-type'] ?? '').startsWith('text/event-stream');
      await (isStream ? this.streams : this.answers).relay(response, call, reply);
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      const hungUp = error.kind === 'aborted';
      // A prompt that reached the provider is paid for, whoever stops listening; a connection never made is not.
      await call.settle({ status: hungUp ? 'aborted' : 'failed', httpStatus: undefined, free: !hungUp });
      throw upstreamError(error);
    } finally {
      reply.raw.off('close', onClose);
    }
  }

  private dispatch(
    operation: Operation,
    { model, target }: Admitted,
    request: FastifyRequest,
    body: Buffer,
    signal: AbortSignal,
  ): Promise<UpstreamResponse> {
    const { headTimeoutSeconds, idleTimeoutSeconds } = this.config;
    return this.upstreams.client.request({
      baseUrl: target.baseUrl,
      path: PATHS[operation],
      method: 'POST',
      headers: requestHeaders(request.headers, {
        requestId: request.id,
        ...(target.secret === undefined ? {} : { authorization: `Bearer ${target.secret}` }),
      }),
      body: rewriteModel(body, model.upstreamName),
      signal,
      headersTimeoutMs: headTimeoutSeconds * 1_000,
      bodyTimeoutMs: idleTimeoutSeconds * 1_000,
      allowPrivate: target.allowPrivate,
    });
  }
}
