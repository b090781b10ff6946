import type { Script } from '../support/fake-upstream.js';
import { Dice } from './dice.js';
import { inPieces, mutated } from './mutation.js';

/** How a provider can go wrong; a number is thrown for those that end in a colon. */
export const PROVIDER_FAULTS = [
  'reset:',
  'stalled:',
  'malformed',
  'cut-json',
  'error:500',
  'error:502',
  'error:400',
  'huge',
  'usage:omit',
  'usage:negative',
  'usage:absurd',
] as const;

/** More than a gateway takes in one piece (`UPSTREAM_ANSWER_LIMIT_BYTES`), or in one event. */
export const ANSWER_LIMIT_BYTES = 1_048_576;
const HUGE = 'x'.repeat(3 * ANSWER_LIMIT_BYTES);

interface Asked {
  readonly stream?: unknown;
  readonly messages?: readonly { readonly content?: unknown }[];
}

/** What the provider does with a request: the call itself says it, so chance stays with the callers. */
export function scriptOf({ json }: { readonly json: unknown }): Script {
  const { messages = [], stream } = (json ?? {}) as Asked;
  const [, fault = ''] = String(messages.at(-1)?.content).split(' ');
  const [kind = '', detail = '', more = '20'] = fault.split(':');
  const pace: Script = stream === true ? { chunkDelayMs: 4 } : { delayMs: 20 };
  switch (kind) {
    case 'reset':
      return { ...pace, resetAtByte: Number(detail) };
    case 'stalled':
      return stream === true ? { ...pace, pauseAfterChunks: Number(detail) } : { hang: true };
    case 'malformed':
      return stream === true ? { ...pace, malformedSse: true } : { ...pace, body: 'not JSON' };
    case 'cut-json':
      return stream === true ? { ...pace, body: ['data: {"choices":['] } : { ...pace, body: '{"choices":[' };
    case 'error':
      return { status: Number(detail), ...(detail === '429' ? { headers: { 'retry-after': '1' } } : {}) };
    case 'usage':
      return { ...pace, usage: detail as 'omit' | 'negative' | 'absurd' };
    case 'huge':
      return { ...pace, body: stream === true ? hugeStream() : `{"choices":[{"message":{"content":"${HUGE}"}}]}` };
    case 'mutated': {
      const dice = new Dice(Number(detail));
      return { delayMs: 5, bend: (body) => inPieces(mutated(body, dice), dice) };
    }
    case 'full':
      return { delayMs: Number(more), usage: { prompt_tokens: 1, completion_tokens: Number(detail) } };
    case 'slow':
      return stream === true ? { chunkDelayMs: Number(detail) } : { delayMs: Number(detail) * 20 };
    default:
      return pace;
  }
}

function hugeStream(): string[] {
  return ['Hello', HUGE].map((content) => `data: {"choices":[{"index":0,"delta":{"content":"${content}"}}]}\n\n`);
}
