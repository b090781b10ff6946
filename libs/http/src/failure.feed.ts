import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AuthenticatedRequest, Principal } from '#libs/access';
import type { DomainError } from '#libs/kernel';
import { networkOf } from './client-address.js';

/** A request that ended in an error. */
export interface Failure {
  readonly code: string;
  /** Who sent it, once that was known. */
  readonly principal: Principal | undefined;
  readonly network: string;
  readonly route: string;
}

type Listener = (failure: Failure) => void;

/** Tells of requests that ended in certain errors, once their answer is on its way. The others cost one look. */
@Injectable()
export class FailureFeed {
  private readonly listeners = new Map<string, Listener[]>();

  on(codes: Iterable<string>, listener: Listener): void {
    for (const code of codes) this.listeners.set(code, [...(this.listeners.get(code) ?? []), listener]);
  }

  tell(request: FastifyRequest, { code }: DomainError): void {
    const listeners = this.listeners.get(code);
    if (!listeners) return;
    const { principal } = request as Partial<AuthenticatedRequest>;
    const failure = { code, principal, network: networkOf(request), route: request.routeOptions.url ?? '' };
    for (const listener of listeners) listener(failure);
  }
}
