import { asRecord } from './usage.reader.js';

/** Calls `add` with every piece of generated text in a chat, completions or responses chunk or answer. */
export function eachGeneratedText(json: Record<string, unknown>, add: (piece: string) => void): void {
  if (typeof json['delta'] === 'string') {
    add(json['delta']);
  }
  for (const choice of asList(json['choices'])) {
    addString(choice['text'], add);
    const message = asRecord(choice['delta']) ?? asRecord(choice['message']);
    if (message !== undefined) {
      addMessage(message, add);
    }
  }
}

/** The last non-empty `finish_reason` among the choices. */
export function finishReasonOf(json: Record<string, unknown>): string | undefined {
  return asList(json['choices'])
    .map((choice) => choice['finish_reason'])
    .findLast((reason): reason is string => typeof reason === 'string');
}

function addMessage(message: Record<string, unknown>, add: (piece: string) => void): void {
  addString(message['content'], add);
  addString(message['refusal'], add);
  // Two spellings of the same thing; some providers send both with the same text.
  addString(message['reasoning_content'] ?? message['reasoning'], add);
  for (const call of asList(message['tool_calls'])) {
    const fn = asRecord(call['function']);
    addString(fn?.['name'], add);
    addString(fn?.['arguments'], add);
  }
}

function addString(value: unknown, add: (piece: string) => void): void {
  if (typeof value === 'string' && value !== '') {
    add(value);
  }
}

function asList(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(asRecord).filter((item) => item !== undefined) : [];
}
