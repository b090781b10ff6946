import { errorReply } from './simulated-answer.js';
import type { WireReply } from './wire.server.js';

const DIRECTIVE = /\[(fail|delay|reset|hang|no-usage)(?::(\d{1,6}))?(?: retry-after=(\d{1,5}))?\]/g;

/** What the directives in a message ask for; see {@link Simulator} for the list. */
export interface Script {
  failure: WireReply | undefined;
  delayMs: number | undefined;
  resetAtByte: number | undefined;
  hang: boolean;
  omitUsage: boolean;
}

export function readScript(text: string): Script {
  const script: Script = {
    failure: undefined,
    delayMs: undefined,
    resetAtByte: undefined,
    hang: false,
    omitUsage: false,
  };
  for (const [, name, number, retryAfter] of text.matchAll(DIRECTIVE)) {
    apply(script, name, number === undefined ? undefined : Number(number), retryAfter);
  }
  return script;
}

function apply(script: Script, name: string | undefined, number: number | undefined, retryAfter?: string): void {
  switch (name) {
    case 'fail':
      if (number !== undefined && number >= 400 && number <= 599) {
        const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
        script.failure = errorReply(number, `simulated_${number}`, `Simulated failure with status ${number}`, headers);
      }
      break;
    case 'delay':
      script.delayMs = Math.min(number ?? 0, 120_000);
      break;
    case 'reset':
      script.resetAtByte = number ?? 0;
      break;
    case 'hang':
      script.hang = true;
      break;
    default:
      script.omitUsage = true;
  }
}
