import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import type { CursorPage, Page } from '#libs/kernel';
import { project } from './projection.js';
import type { Returns } from './returns.js';

/** Writes what a handler returned as its route declares: the envelope, and no field that is not declared. */
export class ResponseInterceptor implements NestInterceptor {
  /** @param returns undefined where nothing comes back */
  constructor(private readonly returns: Returns | undefined) {}

  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { returns } = this;
    return next.handle().pipe(map((value: unknown) => (returns ? envelope(returns, value) : undefined)));
  }
}

function envelope({ shape, dto, or }: Returns, value: unknown): object {
  if (shape === 'one') return { data: project(or?.isMeant(value as object) === true ? or.dto : dto, value as object) };
  if (shape === 'list') return { data: (value as object[]).map((item) => project(dto, item)) };
  if (shape === 'feed') {
    const { items, limit, nextCursor } = value as CursorPage<object>;
    return { data: items.map((item) => project(dto, item)), pagination: { limit, nextCursor } };
  }
  const { items, page, limit, total } = value as Page<object>;
  return {
    data: items.map((item) => project(dto, item)),
    pagination: { page, limit, total, totalPages: Math.ceil(total / limit) },
  };
}
