import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKeyPrincipal } from '#libs/access';
import { type IncomingModelCall, Telemetry } from '#libs/observability';
import { CallMaker } from './call.maker.js';
import { Idempotency } from './idempotency/idempotency.js';
import type { IncomingCall } from './incoming.call.js';
import { InFlight } from './in.flight.js';
import { RunningCalls } from './running.calls.js';

/** The one door of all calls of models: as many at once as there is room for, and each of them once. */
@Injectable()
export class GatewayService {
  constructor(
    private readonly inFlight: InFlight,
    private readonly idempotency: Idempotency,
    private readonly calls: CallMaker,
    private readonly telemetry: Telemetry,
    private readonly running: RunningCalls,
  ) {}

  /** Answers on the reply by itself. @throws DomainError before the first byte of an answer */
  async call(
    actor: ApiKeyPrincipal,
    incoming: IncomingCall,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    void reply.header('x-sluice-request-id', request.id);
    const leave = this.inFlight.enter(actor.id, incoming.footprint);
    const running = this.running.enter(actor);
    try {
      await this.idempotency.once(actor, incoming, request, reply, (recording) =>
        this.telemetry.trace(traced(incoming, request), (trace) =>
          this.calls.make(actor, incoming, request, reply, { recording, trace, running }),
        ),
      );
    } finally {
      running.leave();
      leave();
    }
  }
}

function traced({ operation }: IncomingCall, { headers }: FastifyRequest): IncomingModelCall {
  const { traceparent } = headers;
  return { operation, traceparent: typeof traceparent === 'string' ? traceparent : undefined };
}
