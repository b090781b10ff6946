import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known of the request in whose course the code runs. */
export interface RequestContext {
  readonly requestId: string;
  /** What was forwarded as the sender's address; behind a proxy it need not be one. */
  readonly ip: string;
  /** What the sender is counted by, in limits. */
  readonly network: string;
  readonly userAgent: string | undefined;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** The request in whose course we run; undefined in jobs and at start-up. For records and logs, never for authority. */
export function currentRequest(): RequestContext | undefined {
  return storage.getStore();
}

/** Runs a function in the course of a request. */
export function runInRequest<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work);
}
