import { TokenCounter } from '#libs/upstream';
import { answerLimit, answersTo } from './answer.limit.js';
import type { IncomingCall } from './incoming.call.js';
import { OPERATIONS } from './operations.js';

/** What an answer has where nobody said how long it may become. */
const USUAL_ANSWER = 256;

/** About how many tokens a call will use, for limits that are corrected by what it used: not a bound. At least one. */
export function estimatedTokens(call: IncomingCall): number {
  const { isSound, hasNoAnswer } = OPERATIONS[call.operation];
  const prompt = isSound === true ? 0 : TokenCounter.estimate(call.bytes);
  const answer = hasNoAnswer === true ? 0 : (answerLimit(call) ?? USUAL_ANSWER) * answersTo(call);
  return Math.max(1, prompt + answer);
}
