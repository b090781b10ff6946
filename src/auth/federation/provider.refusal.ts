import { AuthorizationResponseError, ResponseBodyError } from 'openid-client';
import { DomainError } from '#libs/kernel';
import { UpstreamFailure } from '#libs/upstream';
import { federationErrors } from './federation.errors.js';

/** Why an exchange with a provider came to nothing. */
export interface Refusal {
  /** For the person. */
  readonly error: DomainError;
  /** For the log: machine words, and nothing of what was sent. */
  readonly reason: string;
}

const UNREACHABLE = new Set(['connect', 'busy', 'timeout', 'reset']);
const TIMED_OUT = new Set(['OAUTH_TIMEOUT', 'ERR_JWKS_TIMEOUT']);

/** Tells what a provider did not want, what it could not, and what proves nothing. */
export function explained(thrown: unknown): Refusal {
  if (thrown instanceof DomainError) return { error: thrown, reason: thrown.code };
  if (thrown instanceof AuthorizationResponseError) {
    return { error: federationErrors.identity_provider_refused(), reason: `answered ${word(thrown.error)}` };
  }
  if (thrown instanceof ResponseBodyError) {
    return { error: federationErrors.identity_provider_untrusted(), reason: `token endpoint: ${word(thrown.error)}` };
  }
  const chain = causesOf(thrown);
  const failure = chain.find((error) => error instanceof UpstreamFailure);
  const status = chain.find((error) => error instanceof Response)?.status ?? 0;
  const isAway =
    (failure !== undefined && UNREACHABLE.has(failure.kind)) ||
    status >= 500 ||
    chain.some((error) => TIMED_OUT.has(codeOf(error)));
  const reason = failure ? `${failure.kind} ${failure.reason}` : reasonOf(thrown, status);
  return {
    error: isAway
      ? federationErrors.identity_provider_unavailable({ retryAfterSeconds: 5 })
      : federationErrors.identity_provider_untrusted(),
    reason,
  };
}

function causesOf(thrown: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let error = thrown; error !== undefined && chain.length < 8;) {
    chain.push(error);
    error = error instanceof Error ? error.cause : undefined;
  }
  return chain;
}

function reasonOf(thrown: unknown, status: number): string {
  const text = thrown instanceof Error ? `${codeOf(thrown)} ${thrown.message}`.trim() : 'unknown';
  return status > 0 ? `${text} (${status})` : text;
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** An error code of OAuth, or what came in its place, so short that it can do no harm in a log. */
function word(text: string): string {
  return text.replace(/[^a-zA-Z0-9_.-]/g, '?').slice(0, 60);
}
