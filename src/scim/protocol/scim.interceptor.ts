import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { SCIM_JSON } from './scim.names.js';

interface Answer {
  readonly meta?: { readonly location?: string; readonly version?: string };
}

/** Writes answers as SCIM wants them: its media type, and the version and place of a resource in headers as well. */
@Injectable()
export class ScimInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    return next.handle().pipe(
      map((answer: Answer | undefined) => {
        if (answer === undefined) return undefined;
        void reply.header('content-type', `${SCIM_JSON}; charset=utf-8`);
        const { version, location } = answer.meta ?? {};
        if (location !== undefined) void reply.header('location', location);
        if (version === undefined) return answer;
        void reply.header('etag', version);
        if (request.method !== 'GET' || request.headers['if-none-match'] !== version) return answer;
        void reply.status(304);
        return undefined;
      }),
    );
  }
}
