import type { ModelRequest } from '#libs/upstream';

/** What a call took beside tokens; what is not known is left out. */
export interface Units {
  readonly images?: number;
  /** Whole seconds, begun ones included. */
  readonly audioSeconds?: number;
  /** Characters (Unicode code points) of text that was spoken. */
  readonly characters?: number;
  readonly searches?: number;
}

type Json = Record<string, unknown>;

type Asked = Pick<ModelRequest, 'json' | 'choices'>;

/** Reads the units of a call from what was asked and, where there is one in JSON, from the answer. */
export function unitsOf(operation: string, { json: asked, choices }: Asked, answer: Json | undefined): Units {
  switch (operation) {
    case 'images.generations':
      return counted('images', Array.isArray(answer?.['data']) ? answer['data'].length : choices);
    case 'audio.speech':
      return typeof asked['input'] === 'string' ? { characters: codePoints(asked['input']) } : {};
    case 'audio.transcriptions':
    case 'audio.translations':
      return counted('audioSeconds', record(answer?.['usage'])?.['seconds'] ?? numberIn(answer?.['duration']));
    case 'rerank':
      return counted('searches', record(record(answer?.['meta'])?.['billed_units'])?.['search_units'] ?? 1);
    case 'messages':
      return counted('searches', searchesOf(answer));
    case 'chat.completions':
      return counted('searches', searchesOf(answer) ?? (asked['web_search_options'] ? 1 : undefined));
    case 'responses':
      return counted('searches', searchesIn(answer?.['output']));
    default:
      return {};
  }
}

/** Without a list of them: a text may have as many as a body has bytes. */
function codePoints(text: string): number {
  let halves = 0;
  for (let at = 0; at < text.length - 1; at += 1) {
    const isPair = (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
    if (isPair) halves += 1;
  }
  return text.length - halves;
}

/** vLLM writes a duration as a text. */
function numberIn(value: unknown): unknown {
  return typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
}

function searchesOf(answer: Json | undefined): unknown {
  return record(record(answer?.['usage'])?.['server_tool_use'])?.['web_search_requests'];
}

/** What a response did one after the other; to open a page that was found costs nothing. */
function searchesIn(output: unknown): number {
  const items = (Array.isArray(output) ? output : []).map(record);
  return items.filter((item) => {
    const kind = record(item?.['action'])?.['type'] ?? 'search';
    return item?.['type'] === 'web_search_call' && kind === 'search';
  }).length;
}

/** No answer is that large; more is a mistake, and must not overflow the ledger's column. */
const MOST = 1_000_000_000;

function counted(unit: keyof Units, value: unknown): Units {
  const amount = typeof value === 'number' ? Math.ceil(value) : NaN;
  return amount >= 0 && amount <= MOST ? { [unit]: amount } : {};
}

function record(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}
