import { decodeKey, elementsOf, type KeyWatcher, outlineOf, skipSpace, type TopLevelProperty } from './json.scanner.js';
import { folded } from './routing.fields.js';

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * Names by which the wire formats of today reach what a provider keeps: files, stores of documents, sandboxes, skills,
 * earlier answers. Read from the types of the official clients (`openai` 7.55, `@anthropic-ai/sdk` 1.10) and from what
 * Mistral, xAI and Google name alike. At any depth, but not where a caller's own names stand.
 */
const STATE = new Set([
  'file_id',
  'file_ids',
  'file_uri',
  'fileuri',
  'cached_content',
  'cachedcontent',
  'vector_store_id',
  'vector_store_ids',
  'collection_id',
  'collection_ids',
  'library_id',
  'library_ids',
  'file_search_store_names',
  'container_id',
  'skill_id',
  'tunnel_id',
  'previous_response_id',
  'previous_message_id',
  'comparison_response_id',
]);

/**
 * The same, of the outermost object only; `deferred` answers (xAI) are kept until they are fetched by whoever knows
 * how. `previous_response_id` is asked about where it is known who asks.
 */
const STATE_OF_REQUEST = new Set([
  ...[...STATE].filter((name) => name !== 'previous_response_id'),
  'conversation',
  'conversation_id',
  'thread_id',
  'assistant_id',
  'agent_id',
  'user_profile_id',
  'previous_interaction_id',
  'deferred',
]);

/** What is kept where these are an object with an `id`; a container that is a text is one as well. */
const HOLDERS = new Set(['container', 'voice', 'audio']);

/** Within these the names are a caller's own: schemas, arguments of tools, labels. */
const FREE = new Set([
  'parameters',
  'schema',
  'input_schema',
  'output_schema',
  'input_examples',
  'arguments',
  'input',
  'metadata',
]);
const FREE_OF_REQUEST = new Set([
  'metadata',
  'logit_bias',
  'chat_template_kwargs',
  'guided_json',
  'structured_outputs',
  'documents',
]);

/**
 * Items of a response's `input` that say what they are about themselves, and where. Any other item with an `id` is,
 * or can be, a reference to what the provider kept under it.
 */
const COMPLETE_ITEMS: Readonly<Record<string, readonly string[]>> = {
  message: ['content'],
  function_call: ['arguments'],
  function_call_output: ['output'],
  custom_tool_call: ['input'],
  custom_tool_call_output: ['output'],
  computer_call: ['action', 'actions'],
  computer_call_output: ['output'],
  local_shell_call: ['action'],
  local_shell_call_output: ['output'],
  shell_call: ['action'],
  shell_call_output: ['output'],
  apply_patch_call: ['operation'],
  apply_patch_call_output: ['status'],
  web_search_call: ['action'],
  tool_search_call: ['arguments'],
  tool_search_output: ['tools'],
  additional_tools: ['tools'],
  mcp_list_tools: ['tools'],
  mcp_call: ['arguments'],
  mcp_approval_request: ['arguments'],
  mcp_approval_response: ['approve'],
  reasoning: ['encrypted_content'],
  compaction: ['encrypted_content'],
  image_generation_call: ['result'],
};

/** Sizes and first letters of all names of interest: what has none of them is no such name. */
const FIRST_LETTERS = firstLetters(['id', ...STATE, ...HOLDERS, ...FREE]);
/** A letter can be written as six bytes. */
const MOST_BYTES = FIRST_LETTERS.length * 6;

interface MetKey {
  readonly name: string;
  readonly value: number;
}

/** Watches for names of what a provider keeps while a body is outlined, at the cost of a look at each key. */
export class StateWatcher implements KeyWatcher {
  /** Names of state with where their values begin. */
  readonly met: MetKey[] = [];
  /** Whether something in `input` has an `id`. */
  hasItemIds = false;
  private isInput = false;
  /** Depth of a key whose value is the caller's own. */
  private freeAt = Infinity;
  /** The key that holds the innermost object of each depth, where it is one that can hold state. */
  private readonly holders: (string | undefined)[] = [];

  enter(key: string): boolean {
    const name = folded(key);
    this.isInput = name === 'input';
    this.freeAt = Infinity;
    this.holders[0] = HOLDERS.has(name) ? name : undefined;
    return !FREE_OF_REQUEST.has(key);
  }

  key(json: Buffer, open: number, end: number, value: number, depth: number): void {
    if (depth > this.freeAt) return;
    this.freeAt = Infinity;
    this.holders[depth] = undefined;
    const key = nameOfInterest(json, open, end);
    if (key === undefined) return;
    if (FREE.has(key)) {
      this.freeAt = depth;
      return;
    }
    const name = folded(key);
    if (STATE.has(name)) this.met.push({ name, value });
    if (HOLDERS.has(name)) {
      if (json[value] === OPEN_BRACE) this.holders[depth] = name;
      else if (name === 'container') this.met.push({ name, value });
    }
    if (name !== 'id') return;
    this.hasItemIds ||= this.isInput && depth <= 2;
    const holder = this.holders[depth - 1];
    if (holder !== undefined) this.met.push({ name: `${holder}.id`, value });
  }

  close(depth: number): void {
    this.holders[depth + 1] = undefined;
    if (depth < this.freeAt) this.freeAt = Infinity;
  }
}

/** The first name of what a provider keeps in a body that was watched; `undefined` where there is none. */
export function stateField(
  body: Buffer,
  properties: readonly TopLevelProperty[],
  { met, hasItemIds }: StateWatcher,
): string | undefined {
  for (const { key, start } of properties) {
    const name = folded(key);
    const isText = body[start] === QUOTE;
    const namesState =
      STATE_OF_REQUEST.has(name) ||
      (name === 'container' && isText) ||
      // A template that is kept; a prompt in words is a text or a list.
      (name === 'prompt' && body[start] === OPEN_BRACE);
    if (namesState && isSomething(body, start)) return name;
    if (name === 'input' && hasItemIds) {
      const reference = referenceIn(body, start);
      if (reference !== undefined) return reference;
    }
  }
  return met.find(({ value }) => isSomething(body, value))?.name;
}

/** The same for a field of a form, where `tools[0][file_id]` is a spelling that servers understand. */
export function stateFormField(field: string, value: Buffer): string | undefined {
  const [name = '', ...inner] = folded(field).split(/[[\].]+/);
  const found = [name, ...inner].find((each) => STATE.has(each) || each === 'container');
  if (found !== undefined || STATE_OF_REQUEST.has(name)) return found ?? name;
  if (inner.includes('id') && (HOLDERS.has(name) || name === 'prompt')) return `${name}.id`;
  // What a person wrote may look like anything.
  if (name === 'prompt' || name === 'input') return undefined;
  return stateInText(name, value);
}

/** A field's text that a server may read as JSON. */
function stateInText(name: string, value: Buffer): string | undefined {
  if (value[0] !== OPEN_BRACE && value[0] !== OPEN_BRACKET) return undefined;
  const watcher = new StateWatcher();
  const body = Buffer.concat([Buffer.from(`{${JSON.stringify(name)}:`), value, Buffer.from('}')]);
  const outline = outlineOf(body, undefined, watcher);
  return outline.kind === 'outline' ? stateField(body, outline.properties, watcher) : undefined;
}

/** `null`, `false` and an empty list name nothing. */
function isSomething(json: Buffer, at: number): boolean {
  if (json[at] === OPEN_BRACKET) return json[skipSpace(json, at + 1)] !== CLOSE_BRACKET;
  return !/^(?:null|fals)$/.test(json.toString('latin1', at, at + 4));
}

/** The first item of `input` that is a reference. */
function referenceIn(body: Buffer, start: number): string | undefined {
  if (body[start] === OPEN_BRACE) return isReference(body.subarray(start)) ? 'input.id' : undefined;
  if (body[start] !== OPEN_BRACKET) return undefined;
  let place = 0;
  for (const item of elementsOf(body, start)) {
    if (item[0] === OPEN_BRACE && isReference(item)) return `input[${place}].id`;
    place += 1;
  }
  return undefined;
}

/** Closed unless opened: an item with an `id` has to be of a kind that is known, once, and has to bring its content. */
function isReference(item: Buffer): boolean {
  const outline = outlineOf(item);
  if (outline.kind !== 'outline') return true;
  const seen = new Set<string>();
  const places = new Map<string, number>();
  let isAmbiguous = false;
  for (const { key, start } of outline.properties) {
    const name = folded(key);
    isAmbiguous ||= seen.has(name) || name !== key;
    seen.add(name);
    if (!isNothing(item, start, name)) places.set(name, start);
  }
  if (!places.has('id')) return false;
  const type = places.get('type');
  const kind = type === undefined ? 'message' : textAt(item, type);
  const content = (Object.hasOwn(COMPLETE_ITEMS, kind) && COMPLETE_ITEMS[kind]) || [];
  return isAmbiguous || !content.some((name) => places.has(name));
}

/** An item that leaves its cipher or its picture empty has it filled in by the provider. */
function isNothing(json: Buffer, at: number, name: string): boolean {
  const text = json.toString('latin1', at, at + 4);
  return text === 'null' || (text.startsWith('""') && (name === 'encrypted_content' || name === 'result'));
}

/** A short text without escapes; no kind of item needs one. */
function textAt(json: Buffer, at: number): string {
  return /^"([a-z_]{1,40})"/.exec(json.toString('latin1', at, at + 42))?.[1] ?? '';
}

function nameOfInterest(json: Buffer, open: number, end: number): string | undefined {
  const size = end - open - 2;
  if (size > MOST_BYTES) return undefined;
  for (let at = open + 1; at < end - 1; at += 1) {
    const byte = json[at] ?? 0;
    // Escaped, or with a letter that others fold.
    if (byte === 0x5c || byte >= 0x80) return decodeKey(json, open, end);
  }
  const letter = (json[open + 1] ?? 0) & 0x1f;
  return (((FIRST_LETTERS[size] ?? 0) >>> letter) & 1) === 1 ? json.toString('latin1', open + 1, end - 1) : undefined;
}

/** For each size the letters, as bits, with which a name of that size begins. */
function firstLetters(names: readonly string[]): readonly number[] {
  const letters: number[] = Array.from({ length: Math.max(...names.map(({ length }) => length)) + 1 }, () => 0);
  for (const name of names) letters[name.length] = (letters[name.length] ?? 0) | (1 << (name.charCodeAt(0) & 0x1f));
  return letters;
}
