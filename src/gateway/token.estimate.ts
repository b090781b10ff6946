import { TokenCounter } from '#libs/upstream';
import type { IncomingCall } from './incoming.call.js';
import { OPERATIONS } from './operations.js';

/** What an answer has where nobody said how long it may become. */
const USUAL_ANSWER = 256;

/** About how many tokens a call will use, for limits that are corrected by what it used: not a bound. At least one. */
export function estimatedTokens({ operation, request, bytes }: IncomingCall): number {
  const { isSound, hasNoAnswer } = OPERATIONS[operation];
  const prompt = isSound === true ? 0 : TokenCounter.estimate(bytes);
  const answer = hasNoAnswer === true ? 0 : (request.maxTokens ?? USUAL_ANSWER) * request.choices;
  return Math.max(1, prompt + answer);
}
