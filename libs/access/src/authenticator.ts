import type { IncomingHttpHeaders } from 'node:http';
import type { DomainError } from '#libs/kernel';
import type { Principal } from './principal.js';

/** What a credential proved. A refusal is a value: it is an everyday outcome on the hot path. */
export type Authentication =
  | { readonly accepted: true; readonly principal: Principal }
  | { readonly accepted: false; readonly error: DomainError };

/**
 * Finds out who sends a request. Implemented by the features that issue credentials and handed to the
 * doorkeeper by the composition root, so that a route need not know how its callers are recognised.
 */
export abstract class Authenticator {
  /** The kind of rule whose credentials it understands. */
  abstract readonly accepts: 'session' | 'api-key' | 'scim';

  abstract authenticate(headers: IncomingHttpHeaders): Promise<Authentication> | Authentication;
}

/** A request that the doorkeeper turned away. */
export interface Refusal {
  readonly error: DomainError;
  readonly principal: Principal;
  /** Whether the request carried a credential at all, good or bad. */
  readonly credentialGiven: boolean;
  readonly method: string;
  /** The route's template, never the address with its values. */
  readonly route: string;
}

/** Hears of every request to the control plane that the doorkeeper turned away. */
export abstract class RefusalObserver {
  abstract refused(refusal: Refusal): Promise<void>;
}
