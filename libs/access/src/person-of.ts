import { accessErrors } from './access.errors.js';
import type { Principal, UserPrincipal } from './principal.js';

/**
 * The person who acts, where only a person can: own profile, own teams, own sessions.
 *
 * @throws DomainError unauthorized for everybody else
 */
export function personOf(actor: Principal): UserPrincipal {
  if (actor.kind !== 'user') throw accessErrors.unauthorized();
  return actor;
}
