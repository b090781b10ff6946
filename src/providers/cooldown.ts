import type { IncomingHttpHeaders } from 'node:http';

const SHORTEST_MS = 1_000;
/** A provider that asks for more has a clock that is wrong, or a month's quota: it is asked again after a day. */
const LONGEST_MS = 24 * 3_600_000;
const DURATION = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/;
/** Unix seconds of 2001 and Unix milliseconds of 2001: what is smaller counts from now. */
const UNIX_SECONDS = 1_000_000_000;
const UNIX_MS = 1_000_000_000_000;

/** The limits that OpenAI and Anthropic report, each with what is left and when it is full again. */
const LIMITS = [
  ['x-ratelimit-remaining-requests', 'x-ratelimit-reset-requests'],
  ['x-ratelimit-remaining-tokens', 'x-ratelimit-reset-tokens'],
  ['x-ratelimit-remaining', 'x-ratelimit-reset'],
  ['anthropic-ratelimit-requests-remaining', 'anthropic-ratelimit-requests-reset'],
  ['anthropic-ratelimit-tokens-remaining', 'anthropic-ratelimit-tokens-reset'],
  ['anthropic-ratelimit-input-tokens-remaining', 'anthropic-ratelimit-input-tokens-reset'],
  ['anthropic-ratelimit-output-tokens-remaining', 'anthropic-ratelimit-output-tokens-reset'],
] as const;

/**
 * How long a provider that answered 429 wants to be left alone, in milliseconds: `retry-after-ms`, `Retry-After`
 * (RFC 9110 §10.2.3), or else the latest reset among its limits that are used up. Undefined when it does not say.
 */
export function cooldownOf(headers: IncomingHttpHeaders, now: number): number | undefined {
  const stated = milliseconds(text(headers, 'retry-after-ms')) ?? retryAfter(text(headers, 'retry-after'), now);
  const wait = stated ?? longestReset(headers, now);
  return wait === undefined ? undefined : Math.min(Math.max(wait, SHORTEST_MS), LONGEST_MS);
}

function longestReset(headers: IncomingHttpHeaders, now: number): number | undefined {
  let longest: number | undefined;
  for (const [remaining, reset] of LIMITS) {
    if (text(headers, remaining)?.trim() !== '0') continue;
    const wait = resetIn(text(headers, reset)?.trim(), now);
    if (wait !== undefined && wait > (longest ?? 0)) longest = wait;
  }
  return longest;
}

function retryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const seconds = milliseconds(value);
  return seconds === undefined ? dateIn(value, now) : seconds * 1_000;
}

/** A reset is a duration (`6m0s`), seconds, a moment in Unix time, or a date. */
function resetIn(value: string | undefined, now: number): number | undefined {
  if (value === undefined || value === '') return undefined;
  const number = milliseconds(value);
  if (number !== undefined) {
    if (number >= UNIX_MS) return number - now;
    return number >= UNIX_SECONDS ? number * 1_000 - now : number * 1_000;
  }
  const parts = DURATION.exec(value);
  if (!parts) return dateIn(value, now);
  const [hours, minutes, seconds, ms] = parts.slice(1).map((part) => Number(part ?? 0));
  return (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1_000 + (ms ?? 0);
}

function dateIn(value: string, now: number): number | undefined {
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at - now;
}

function milliseconds(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : undefined;
}

function text(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
