import type { ProviderTarget } from '../providers/upstream.pool.js';
import { CountingDialect } from './counting.dialect.js';
import type { Dialect } from './dialect.js';
import { gatewayErrors } from './gateway.errors.js';
import type { IncomingCall } from './incoming.call.js';
import { NativeDialect } from './native.dialect.js';
import { OPERATIONS, type WireFormat } from './operations.js';
import { TranslatedDialect } from './translated.dialect.js';
import { chatOverMessages, messagesOverChat } from './translations.js';

/** Anthropic speaks its own format; its imitation of OpenAI's leaves out too much. Everybody else speaks OpenAI's. */
export function formatOf(kind: ProviderTarget['kind'] | undefined): WireFormat {
  return kind === 'anthropic' ? 'anthropic' : 'openai';
}

/** Whether a provider can be asked what the call asks. */
export function canSpeak(call: IncomingCall, target: ProviderTarget): boolean {
  const { operation } = call;
  const translated = operation === 'chat.completions' || operation === 'messages';
  return translated || isNative(call, target);
}

/** Whether it is asked in the very words of the caller. */
export function isNative({ operation }: IncomingCall, target: ProviderTarget): boolean {
  return OPERATIONS[operation].format === formatOf(target.kind);
}

/**
 * How a call is spoken with the provider that it goes to.
 *
 * @throws DomainError `operation_unsupported` when the provider offers nothing of the kind
 */
export function dialectOf(call: IncomingCall, target: ProviderTarget): Dialect {
  if (isNative(call, target)) return new NativeDialect(call);
  if (call.operation === 'chat.completions') return new TranslatedDialect(chatOverMessages(call));
  if (call.operation === 'messages') return new TranslatedDialect(messagesOverChat(call, target));
  if (call.operation === 'messages.count_tokens') return new CountingDialect(call);
  throw gatewayErrors.operation_unsupported({ param: 'model' });
}
