import { Transform, type TransformCallback } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { sendError } from './error.filter.js';
import { httpErrors } from './http.errors.js';
import { hasLargeBody } from './large-body.js';

/** What the bodies of all requests together may take of the memory. */
class BodyBudget {
  private held = 0;

  constructor(private readonly mostBytes: number) {}

  /** @returns false when there is no room */
  take(bytes: number): boolean {
    if (this.held + bytes > this.mostBytes) return false;
    this.held += bytes;
    return true;
  }

  give(bytes: number): void {
    this.held -= bytes;
  }
}

/** A body on its way in: what of it has come counts, not what was announced. */
class CountedBody extends Transform {
  /** Bytes taken of the budget. */
  taken = 0;

  constructor(private readonly budget: BodyBudget) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (!this.budget.take(chunk.length)) return done(httpErrors.server_busy({ retryAfterSeconds: 5 }));
    this.taken += chunk.length;
    done(null, chunk);
  }
}

/** Bounds what large bodies hold until they are answered, and reads none that nobody is going to look at. */
export function addBodyHooks(fastify: FastifyInstance, { mostBytes }: { mostBytes: number }): void {
  const budget = new BodyBudget(mostBytes);
  fastify.addHook('preParsing', (request, reply, payload, done) => {
    if (!hasLargeBody(request)) return done(null, payload);
    if (request.is404) return sendError(request, reply, httpErrors.route_not_found());
    const body = new CountedBody(budget);
    reply.raw.once('close', () => budget.give(body.taken));
    payload.once('error', (error) => body.destroy(error));
    done(null, payload.pipe(body));
  });
}
