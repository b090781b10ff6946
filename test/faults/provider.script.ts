import type { Script } from '../support/fake-upstream.js';

/** How a provider can go wrong; a number is thrown for those that end in a colon. */
export const PROVIDER_FAULTS = [
  'reset:',
  'stalled:',
  'malformed',
  'cut-json',
  'error:500',
  'error:400',
  'usage:omit',
  'usage:negative',
  'usage:absurd',
] as const;

interface Asked {
  readonly stream?: unknown;
  readonly messages?: readonly { readonly content?: unknown }[];
}

/** What the provider does with a request: the call itself says it, so chance stays with the callers. */
export function scriptOf({ json }: { readonly json: unknown }): Script {
  const { messages = [], stream } = (json ?? {}) as Asked;
  const [, fault = ''] = String(messages.at(-1)?.content).split(' ');
  const [kind = '', detail = ''] = fault.split(':');
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
    case 'full':
      return { delayMs: 20, usage: { prompt_tokens: 1, completion_tokens: Number(detail) } };
    case 'slow':
      return stream === true ? { chunkDelayMs: Number(detail) } : { delayMs: Number(detail) * 20 };
    default:
      return pace;
  }
}
