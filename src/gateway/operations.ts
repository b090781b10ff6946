import type { UsageEvent } from '../usage/usage.meter.js';

/** What can be asked of a model; `forwarded` is any further address that the operator lets through. */
export type Operation = UsageEvent['operation'];

/** Whose wire format an address speaks. */
export type WireFormat = 'openai' | 'anthropic';

export interface OperationTraits {
  readonly format: WireFormat;
  /** Appended to the provider's base; a forwarded call brings its own. */
  readonly path: string;
  /** The provider asks no money for it. */
  readonly free?: boolean;
  /** Its last event holds the whole answer, so more than usual has to be held back. */
  readonly longEnd?: boolean;
}

/** Every operation, once: what the gateway must know of it beyond the bytes. */
export const OPERATIONS: Readonly<Record<Operation, OperationTraits>> = {
  'chat.completions': { format: 'openai', path: '/chat/completions' },
  completions: { format: 'openai', path: '/completions' },
  embeddings: { format: 'openai', path: '/embeddings' },
  responses: { format: 'openai', path: '/responses', longEnd: true },
  messages: { format: 'anthropic', path: '/messages' },
  'messages.count_tokens': { format: 'anthropic', path: '/messages/count_tokens', free: true },
  'images.generations': { format: 'openai', path: '/images/generations', longEnd: true },
  'audio.speech': { format: 'openai', path: '/audio/speech' },
  'audio.transcriptions': { format: 'openai', path: '/audio/transcriptions', longEnd: true },
  'audio.translations': { format: 'openai', path: '/audio/translations' },
  moderations: { format: 'openai', path: '/moderations' },
  rerank: { format: 'openai', path: '/rerank' },
  forwarded: { format: 'openai', path: '' },
};
