import type { IncomingCall } from './incoming.call.js';
import type { Operation } from './operations.js';

/**
 * The names by which each format limits an answer. Another format's name is none: a provider that does not know it
 * leaves it unread. `n_predict` is what llama.cpp obeys before all others.
 */
const LIMITS: Partial<Record<Operation, readonly string[]>> = {
  'chat.completions': ['max_completion_tokens', 'max_tokens', 'n_predict'],
  completions: ['max_tokens', 'n_predict'],
  responses: ['max_output_tokens'],
  messages: ['max_tokens'],
};

/** Addresses that are passed on as they are, and ask for what has an operation of its own elsewhere. */
const FORWARDED_AS: Readonly<Record<string, Operation>> = {
  '/images/edits': 'images.generations',
  '/fim/completions': 'completions',
};

/** What a call asks for, by whatever address. */
export function natureOf({ operation, path }: IncomingCall): Operation {
  return operation === 'forwarded' ? (FORWARDED_AS[path] ?? operation) : operation;
}

/**
 * The most tokens that one answer may have by the wish of the caller; undefined where nothing is wished. Of several
 * limits the loosest counts, since providers differ in which they obey. Nought is no limit: some take it for none.
 */
export function answerLimit(call: IncomingCall): number | undefined {
  const { json } = call.request;
  const limits = (LIMITS[natureOf(call)] ?? []).map((name) => json[name]).filter(isLimit);
  return limits.length === 0 ? undefined : Math.max(...limits);
}

/** How many answers may use up that limit: each prompt of a list has as many as are asked for. */
export function answersTo(call: IncomingCall): number {
  const { choices, json } = call.request;
  return choices * (natureOf(call) === 'completions' ? promptsIn(json['prompt']) : 1);
}

/** A list of numbers is one prompt, written as its tokens. */
function promptsIn(prompt: unknown): number {
  if (!Array.isArray(prompt)) return 1;
  return Math.max(1, prompt.filter((item) => typeof item !== 'number').length);
}

function isLimit(value: unknown): value is number {
  return typeof value === 'number' && value > 0;
}
