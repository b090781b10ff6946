import type { IncomingHttpHeaders } from 'node:http';
import type { UpstreamFailure } from '#libs/upstream';
import { cooldownOf } from './cooldown.js';
import type { CircuitReason, KeyFailure } from './key.circuit.js';

/** What one attempt says about the key that it was made with. */
export type Verdict =
  /** The provider did its work. */
  | { readonly kind: 'good' }
  /** The caller's mistake, or the caller is gone: the answer is the caller's, the key is as it was. */
  | { readonly kind: 'neutral' }
  /** Another key may do better. */
  | { readonly kind: 'bad'; readonly failure: KeyFailure; readonly error: string };

const GOOD: Verdict = { kind: 'good' };
const NEUTRAL: Verdict = { kind: 'neutral' };
/** Our own limits: neither the key nor the provider has anything to do with them. */
const OUR_OWN = new Set(['client_closed']);
/** How OpenAI and those who follow it say that the money is used up. */
const QUOTA = /"(?:insufficient_quota|billing_hard_limit_reached|billing_not_active)"/;

/** Judges a key by an answer's head. The body of a 429 can still turn a rate into a quota: {@link isQuota}. */
export function verdictOf(status: number, headers: IncomingHttpHeaders, now: number): Verdict {
  if (status < 400) return GOOD;
  const reason = reasonOf(status);
  if (reason === undefined) return NEUTRAL;
  const cooldownMs = reason === 'rate' || reason === 'quota' ? cooldownOf(headers, now) : undefined;
  return { kind: 'bad', failure: { reason, cooldownMs }, error: `HTTP ${status}` };
}

/** Judges a key by an attempt that had no answer. */
export function verdictOfFailure({ kind, reason }: UpstreamFailure): Verdict {
  if (kind === 'aborted' || kind === 'busy' || OUR_OWN.has(reason)) return NEUTRAL;
  return { kind: 'bad', failure: { reason: 'server' }, error: reason };
}

/** Whether the body of a 429 says that money, not speed, is the matter. */
export function isQuota(body: Buffer): boolean {
  return QUOTA.test(body.toString('latin1'));
}

function reasonOf(status: number): CircuitReason | undefined {
  if (status >= 500) return 'server';
  if (status === 401 || status === 403) return 'auth';
  if (status === 402) return 'quota';
  return status === 429 ? 'rate' : undefined;
}
