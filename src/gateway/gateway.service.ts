import { Injectable, Logger } from '@nestjs/common';
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
  private readonly log = new Logger(GatewayService.name);

  constructor(
    private readonly inFlight: InFlight,
    private readonly idempotency: Idempotency,
    private readonly calls: CallMaker,
    private readonly telemetry: Telemetry,
    private readonly running: RunningCalls,
  ) {}

  /**
   * Answers on the reply by itself. Resolves when it has, or when the head of a stream is out: whoever waited for the end of a
   * stream would be kept in memory until then, and has nothing left to do for it.
   *
   * @throws DomainError before the head of an answer
   */
  call(actor: ApiKeyPrincipal, incoming: IncomingCall, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return new Promise((resolve) => {
      let hasBegun = false;
      const begun = (): void => {
        hasBegun = true;
        resolve();
      };
      const made = this.make(actor, incoming, request, reply, begun);
      made.then(resolve, (error: unknown) => {
        // As it is: it rejects.
        if (!hasBegun) return resolve(made);
        this.log.error(`A stream of ${incoming.operation} could not be brought to its end`, error);
        reply.raw.destroy();
      });
    });
  }

  private async make(
    actor: ApiKeyPrincipal,
    incoming: IncomingCall,
    request: FastifyRequest,
    reply: FastifyReply,
    begun: () => void,
  ): Promise<void> {
    void reply.header('x-sluice-request-id', request.id);
    const leave = this.inFlight.enter(actor.id, incoming.footprint);
    const running = this.running.enter(actor);
    try {
      await this.idempotency.once(actor, incoming, request, reply, (recording) =>
        this.telemetry.trace(traced(incoming, request), (trace) =>
          this.calls.make(actor, incoming, request, reply, { recording, trace, running, begun }),
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
