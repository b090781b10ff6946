import type { DomainError } from '#libs/kernel';
import { accessErrors } from './access.errors.js';

/** What whoever is banned is told, until when it lasts included. */
export function bannedError(until: Date, now: number): DomainError {
  return accessErrors.banned({
    message: `You are banned until ${until.toISOString()}.`,
    details: { until: until.toISOString() },
    retryAfterSeconds: Math.max(1, Math.ceil((until.getTime() - now) / 1_000)),
  });
}
