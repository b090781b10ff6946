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

/** Spellings of the same thing; some providers send several with the same text. */
const THOUGHTS = ['reasoning_content', 'reasoning', 'reasoning_details'] as const;
/** What is said of a part, not in it; bytes of sound, whose transcript stands beside them; and what was found, not written. */
const MARKS = new Set(['type', 'id', 'call_id', 'role', 'status', 'format', 'signature', 'data', 'annotations']);
/** No message nests deeper, but for one that would fill the stack. */
const DEEPEST = 16;

/** Every text of a message, whatever it is for: so that a kind of answer that is new here is not free. */
function addMessage(message: Record<string, unknown>, add: (piece: string) => void): void {
  for (const [name, value] of Object.entries(message))
    if (!THOUGHTS.includes(name as never)) addTexts(name, value, add);
  const thought = THOUGHTS.find((name) => isSaid(message[name]));
  if (thought !== undefined) addTexts(thought, message[thought], add);
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function addTexts(name: string, value: unknown, add: (piece: string) => void, depth = 0): void {
  if (MARKS.has(name) || depth > DEEPEST) return;
  if (typeof value === 'string') addString(value, add);
  else if (Array.isArray(value)) for (const item of value) addTexts('', item, add, depth + 1);
  else for (const [key, item] of Object.entries(asRecord(value) ?? {})) addTexts(key, item, add, depth + 1);
}

function addString(value: unknown, add: (piece: string) => void): void {
  if (typeof value === 'string' && value !== '') {
    add(value);
  }
}

function asList(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(asRecord).filter((item) => item !== undefined) : [];
}
