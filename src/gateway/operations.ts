import type { UsageEvent } from '../usage/usage.meter.js';

/** What can be asked of a model; `forwarded` is any further address that the operator lets through. */
export type Operation = UsageEvent['operation'];

/** Whose wire format an address speaks. */
export type WireFormat = 'openai' | 'anthropic';

export interface OperationTraits {
  readonly format: WireFormat;
  /** Appended to the provider's base; a forwarded call brings its own. */
  readonly path: string;
  /** What a key needs that may not do everything. */
  readonly permission: string;
  /** The provider asks no money for it. */
  readonly free?: boolean;
  /** Its last event holds the whole answer, so more than usual has to be held back. */
  readonly longEnd?: boolean;
  /** A stream ends with what it took only where `stream_options.include_usage` says so. */
  readonly streamsUsageOnRequest?: boolean;
  /** Its body is sound, whose size says nothing about tokens. */
  readonly isSound?: boolean;
  /** Its answer has no tokens. */
  readonly hasNoAnswer?: boolean;
}

/** Every operation, once: what the gateway must know of it beyond the bytes. */
export const OPERATIONS: Readonly<Record<Operation, OperationTraits>> = {
  'chat.completions': {
    format: 'openai',
    path: '/chat/completions',
    permission: 'chat.completions',
    streamsUsageOnRequest: true,
  },
  completions: { format: 'openai', path: '/completions', permission: 'completions', streamsUsageOnRequest: true },
  embeddings: { format: 'openai', path: '/embeddings', permission: 'embeddings', hasNoAnswer: true },
  responses: { format: 'openai', path: '/responses', permission: 'responses', longEnd: true },
  messages: { format: 'anthropic', path: '/messages', permission: 'messages' },
  'messages.count_tokens': {
    format: 'anthropic',
    path: '/messages/count_tokens',
    permission: 'messages',
    free: true,
    hasNoAnswer: true,
  },
  'images.generations': { format: 'openai', path: '/images/generations', permission: 'images.generate', longEnd: true },
  'audio.speech': { format: 'openai', path: '/audio/speech', permission: 'audio', hasNoAnswer: true },
  'audio.transcriptions': {
    format: 'openai',
    path: '/audio/transcriptions',
    permission: 'audio',
    longEnd: true,
    isSound: true,
  },
  'audio.translations': { format: 'openai', path: '/audio/translations', permission: 'audio', isSound: true },
  moderations: { format: 'openai', path: '/moderations', permission: 'moderations', hasNoAnswer: true },
  rerank: { format: 'openai', path: '/rerank', permission: 'rerank', hasNoAnswer: true },
  forwarded: { format: 'openai', path: '', permission: 'forwarded' },
};
