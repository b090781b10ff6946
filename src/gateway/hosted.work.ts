import type { DomainError } from '#libs/kernel';
import type { ModelRequest } from '#libs/upstream';
import type { ResolvedModel } from '../models/model.catalog.js';
import { gatewayErrors } from './gateway.errors.js';
import type { Operation } from './operations.js';

type Json = Record<string, unknown>;

/** What of a call says what its provider is to do. */
interface AskingCall {
  readonly operation: Operation;
  readonly request: ModelRequest;
  /** How often it may use tools of its own where the call does not say; 0 for never. */
  readonly defaultToolCalls: number;
}

/** What a provider does beside the model in the course of one answer. */
export interface HostedWork {
  /** How often at most the model is asked anew with what came of it. Each time it reads all that was said. */
  readonly rounds: number;
  /** Searches of the web at most, which cost something each. */
  readonly searches: number;
  /** The limit that a response has to be sent with, as it came with none. */
  readonly addedLimit?: number;
  /** The first wish that no price or no bound is known for. */
  readonly refused: { readonly param: string; readonly reason: keyof typeof REASONS } | undefined;
}

/** What some providers let a request ask for outside of its tools. */
const WISHES = ['mcp_servers', 'search_parameters', 'enable_search'];

const REASONS = {
  unpriced: 'has the provider do something that has no price here.',
  unbounded: 'says not how often: set `max_uses` of a tool of Anthropic, or `max_tool_calls` of a response.',
} as const;

/** Tools that the caller runs, or that cost no more than the tokens they are described in. Any other is the provider's. */
const OWN =
  /^(?:function|custom|namespace|computer|computer_use_preview|local_shell|apply_patch|tool_search|(?:bash|computer|text_editor|memory|tool_search_tool_regex|tool_search_tool_bm25)_\d{8})$/;
/** Google's tools have no type but a member of this name, which proxies pass on from any tool that has it. */
const FOREIGN =
  /^(?:google_?search|google_?search_?retrieval|enterprise_?web_?search|url_?context|code_?execution|google_?maps|file_?search|computer_?use)$/i;
const SEARCH = /^web_search(?:_preview)?(?:_\d{8}|_\d{4}_\d{2}_\d{2})?$/;
/** What comes of them is paid by its tokens. */
const READING = /^(?:mcp|web_fetch_\d{8})$/;
/** What `web_search_options` make of a chat where they are obeyed: as many as proxies ask for at most. */
const SEARCHES_OF_A_CHAT = 10;

const NONE: HostedWork = { rounds: 0, searches: 0, refused: undefined };

/** Closed unless opened: what is not known to be the caller's own work, or to have a price and a bound, is refused. */
export function hostedWork(call: AskingCall): HostedWork {
  const { operation, request } = call;
  const { json } = request;
  const { most, isAdded } = limitOfResponse(call);
  const wished = [...WISHES.filter((param) => isOn(json[param])), ...(compacts(json) ? ['context_management'] : [])];
  const unpriced = wished.map((param) => refusal(param, 'unpriced'));
  const tools = [...toolsIn(json)].map(([param, tool]) =>
    workOf(tool, param, operation === 'messages' ? tool['max_uses'] : most),
  );
  const works = [searchOfChat(json), ...unpriced, ...tools];
  // What bounds a whole response is there once, however many tools share it.
  const sum = (counts: number[]): number =>
    most === undefined ? counts.reduce((total, count) => total + count, 0) : Math.max(...counts);
  const rounds = sum(works.map((work) => work.rounds));
  return {
    rounds,
    searches: sum(works.map(({ searches }) => searches)),
    refused: works.find(({ refused }) => refused !== undefined)?.refused,
    ...(isAdded && most !== undefined && rounds > 0 ? { addedLimit: most } : {}),
  };
}

/** What bounds all tools of a response together: the caller's limit, or else the operator's. */
function limitOfResponse({ operation, request, defaultToolCalls }: AskingCall): { most?: number; isAdded: boolean } {
  const { max_tool_calls: asked = null } = request.json;
  if (operation !== 'responses') return { isAdded: false };
  const isAdded = asked === null;
  const most = isAdded ? defaultToolCalls : asked;
  return isCount(most) ? { most, isAdded } : { isAdded };
}

/** Why a model may not do it: its provider would do what has no price, or no end. */
export function unpricedWork(
  { refused, searches }: HostedWork,
  { perSearch }: Pick<ResolvedModel['price'], 'perSearch'>,
): DomainError | undefined {
  if (refused) return notAllowed(refused.param, REASONS[refused.reason]);
  return searches > 0 && perSearch === null ? notAllowed('web_search', REASONS.unpriced) : undefined;
}

function notAllowed(param: string, reason: string): DomainError {
  return gatewayErrors.hosted_tool_not_allowed({ message: `${param} ${reason}`, param });
}

function refusal(param: string, reason: keyof typeof REASONS): HostedWork {
  return { ...NONE, refused: { param, reason } };
}

function workOf(tool: Json, param: string, most: unknown): HostedWork {
  const type = tool['type'] ?? 'function';
  const name = typeof type === 'string' ? type : '';
  if (Object.keys(tool).some((key) => FOREIGN.test(key))) return refusal(param, 'unpriced');
  if (OWN.test(name) || (name === 'shell' && !isHosted(tool['environment']))) return NONE;
  const isSearch = SEARCH.test(name);
  if (!isSearch && !READING.test(name)) return refusal(param, 'unpriced');
  if (!isCount(most)) return refusal(param, 'unbounded');
  return { ...NONE, rounds: most, searches: isSearch ? most : 0 };
}

function searchOfChat(json: Json): HostedWork {
  if (!isOn(json['web_search_options'])) return NONE;
  return { ...NONE, rounds: SEARCHES_OF_A_CHAT, searches: SEARCHES_OF_A_CHAT };
}

/** To sum up what was said so far is a call of the model by itself, which no count of the answer includes. */
function compacts({ context_management: wish }: Json): boolean {
  const edits = Array.isArray(wish) ? wish : (wish as Json | null | undefined)?.['edits'];
  return recordsIn(edits).some(([, { type }]) => typeof type === 'string' && type.startsWith('compact'));
}

/** Every tool of a request, and of the items of a response's `input` that bring some, each with its path. */
function* toolsIn(json: Json, path = ''): Generator<readonly [path: string, tool: Json]> {
  for (const [index, tool] of recordsIn(json['tools'])) {
    const here = `${path}tools[${index}]`;
    yield [here, tool];
    if (tool['type'] === 'namespace') yield* toolsIn(tool, `${here}.`);
  }
  if (path !== '') return;
  for (const [index, item] of recordsIn(json['input'])) {
    if (item['tools'] !== undefined) yield* toolsIn(item, `input[${index}].`);
  }
}

function recordsIn(list: unknown): [number, Json][] {
  const found = Array.isArray(list) ? [...(list as unknown[]).entries()] : [];
  return found.filter((entry): entry is [number, Json] => typeof entry[1] === 'object' && entry[1] !== null);
}

function isHosted(environment: unknown): boolean {
  return isOn(environment) && (environment as Json)['type'] !== 'local';
}

/** Whether something is wished: nothing, no and an empty list are not, and neither is a mode that is off. */
function isOn(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || (value as Json)['mode'] !== 'off';
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}
