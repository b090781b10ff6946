import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKeyPrincipal } from '#libs/access';
import { newId } from '#libs/kernel';
import { gatewayErrors } from '../gateway.errors.js';
import type { IncomingCall } from '../incoming.call.js';
import { AnswerRecording } from './answer.recording.js';
import { IdempotencyRepository, type KeptAnswer, type KeyedCall } from './idempotency.repository.js';

const HEADER = 'idempotency-key';
const REPLAYED = 'idempotency-replayed';
const WELL_FORMED = /^[\x21-\x7e]{1,255}$/;
const RETRY_AFTER_SECONDS = 1;
const ATTEMPTS = 3;
const TOO_LARGE = 'The answer to this idempotency key was too large to be kept, so it cannot be given again.';

interface Asked {
  readonly actor: ApiKeyPrincipal;
  readonly incoming: IncomingCall;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Sees to it that a call that names an idempotency key is made once, however often it is sent, on all replicas. */
@Injectable()
export class Idempotency {
  constructor(private readonly store: IdempotencyRepository) {}

  /**
   * Makes the call, or gives the answer of the one that was made before it. Without a key it is made as it is.
   *
   * @param make makes the call and records its answer
   * @throws DomainError idempotency_key_malformed, idempotency_key_reused, idempotency_key_in_flight,
   * idempotency_key_spent, or what the call throws
   */
  once(
    actor: ApiKeyPrincipal,
    incoming: IncomingCall,
    request: FastifyRequest,
    reply: FastifyReply,
    make: (recording?: AnswerRecording) => Promise<void>,
  ): Promise<void> {
    const key = request.headers[HEADER];
    return key === undefined ? make() : this.onceFor(key, { actor, incoming, request, reply }, make);
  }

  private async onceFor(
    key: string | readonly string[],
    { actor, incoming, request, reply }: Asked,
    make: (recording?: AnswerRecording) => Promise<void>,
  ): Promise<void> {
    if (typeof key !== 'string' || !WELL_FORMED.test(key)) throw gatewayErrors.idempotency_key_malformed();
    const call = { apiKeyId: actor.id, key, callId: newId() };
    const kept = await this.openOrFind(call, digestOf(incoming, request));
    if (kept) return replay(kept, reply);
    const recording = new AnswerRecording(this.store, call);
    try {
      await make(recording);
    } catch (error) {
      await recording.end(error);
      throw error;
    }
    await recording.end();
  }

  /** @returns undefined when the key is this call's to use */
  private async openOrFind(call: KeyedCall, digest: Buffer): Promise<KeptAnswer | undefined> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      if (await this.store.open(call, digest)) return undefined;
      const kept = await this.store.find(call, digest);
      // Released between the two questions.
      if (kept) return kept;
    }
    throw gatewayErrors.idempotency_key_in_flight({ retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
}

function digestOf({ path }: IncomingCall, { body }: FastifyRequest): Buffer {
  const hash = createHash('sha256').update(`${path}\n`);
  return (Buffer.isBuffer(body) ? hash.update(body) : hash).digest();
}

function replay({ same, state, abandoned, status, headers, body }: KeptAnswer, reply: FastifyReply): void {
  if (!same) throw gatewayErrors.idempotency_key_reused();
  if (state === 'open' && !abandoned)
    throw gatewayErrors.idempotency_key_in_flight({ retryAfterSeconds: RETRY_AFTER_SECONDS });
  if (state === 'too_large') throw gatewayErrors.idempotency_key_spent({ message: TOO_LARGE });
  if (body === null) throw gatewayErrors.idempotency_key_spent();
  void reply.header(REPLAYED, 'true');
  if (state === 'failed') throw failureOf(body);
  void reply
    .status(status ?? 200)
    .headers({ ...headers, 'x-sluice-cost': '0' })
    .send(body);
}

function failureOf(body: Buffer): Error {
  const { code, ...told } = JSON.parse(body.toString()) as { code: keyof typeof gatewayErrors; message: string };
  return gatewayErrors[code](told);
}
