import { outlineOf, type TopLevelProperty } from './json.scanner.js';

/**
 * Properties by which proxies and routers that stand between us and a model let a request choose another model, another
 * provider, another account or another price than the ones that were authorised. A name that ends in `*` stands for
 * all that begin so, one that begins with it for all that end so.
 */
const ROUTING = patterns([
  'models',
  'fallbacks',
  '*_fallbacks',
  'route',
  'provider',
  'plugins',
  'transforms',
  'preset',
  'prompt_id',
  'organization',
  'api_base',
  'base_url',
  'api_key',
  'api_type',
  'api_version',
  'custom_llm_provider',
  'user_config',
  'model_list',
  'model_info',
  'model_group*',
  'mock_*',
  'num_retries',
  'max_retries',
  'router_settings*',
  'litellm_*',
  'deployment_id',
  'specific_deployment',
  'allowed_model_region',
  'region_name',
  'tags',
  'headers',
  'extra_headers',
  'default_headers',
  'extra_body',
  'input_cost_per_*',
  'output_cost_per_*',
  'azure_ad_token*',
  'aws_*',
  'vertex_*',
  'proxy_server_request',
  'user_api_key*',
]);

/** What of it is obeyed within `metadata` too, where most names are the caller's own to choose. */
const ROUTING_METADATA = patterns([
  'fallbacks',
  '*_fallbacks',
  'api_base',
  'base_url',
  'api_key',
  'api_version',
  'custom_llm_provider',
  'user_config',
  'model_list',
  'model_info',
  'model_group*',
  'mock_*',
  'num_retries',
  'router_settings*',
  'litellm_*',
  'deployment*',
  'specific_deployment',
  'tags',
  'user_api_key*',
]);

/** Nearly every name there is: it is folded already. */
const PLAIN_NAME = /^[a-z_]*$/;

/** A name as the most careless parser reads it: Go's ignores case, and takes "ſ" for "s" and the sign of Kelvin for "k". */
export function folded(name: string): string {
  return PLAIN_NAME.test(name) ? name : name.toLowerCase().replaceAll('ſ', 's');
}

/** Callers name the same few properties over and over; whoever invents names is judged anew each time. */
const MOST_VERDICTS = 1_000;
const LONGEST_KEPT = 64;
const verdicts = new Map<string, { readonly name: string; readonly isRouting: boolean }>();

/** A property's folded name, and whether it would choose where the request goes. */
function verdictOf(key: string): { readonly name: string; readonly isRouting: boolean } {
  let verdict = verdicts.get(key);
  if (verdict === undefined) {
    const name = folded(key);
    verdict = { name, isRouting: ROUTING(name) };
    if (verdicts.size < MOST_VERDICTS && key.length <= LONGEST_KEPT) verdicts.set(key, verdict);
  }
  return verdict;
}

/** The first property that would choose where the request goes, as a path; `undefined` where there is none. */
export function routingField(body: Buffer, properties: readonly TopLevelProperty[]): string | undefined {
  for (const { key, start, end } of properties) {
    const { name, isRouting } = verdictOf(key);
    if (isRouting) return name;
    if (name === 'metadata') {
      const inner = routingMetadata(body.subarray(start, end));
      if (inner !== undefined) return `metadata.${inner}`;
    }
  }
  return undefined;
}

/** The same for a field of a form, where `metadata[fallbacks]` and `models[]` are spellings that servers understand. */
export function routingFormField(field: string, value: Buffer): string | undefined {
  const [name = '', ...inner] = folded(field).split(/[[\].]+/);
  if (ROUTING(name)) return name;
  if (name !== 'metadata') return undefined;
  const found = inner.find((each) => ROUTING_METADATA(each)) ?? routingMetadata(value);
  return found === undefined ? undefined : `metadata.${found}`;
}

/** `metadata` is an object, or a text that a server reads as one. */
function routingMetadata(value: Buffer): string | undefined {
  const outline = outlineOf(value[0] === 0x22 ? Buffer.from(unquoted(value)) : value);
  if (outline.kind !== 'outline') return undefined;
  return outline.properties.map(({ key }) => folded(key)).find((name) => ROUTING_METADATA(name));
}

function unquoted(value: Buffer): string {
  try {
    return String(JSON.parse(value.toString('utf8')));
  } catch {
    return '';
  }
}

function patterns(names: readonly string[]): (name: string) => boolean {
  const plain = new Set(names.filter((name) => !name.includes('*')));
  const starts = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  const ends = names.filter((name) => name.startsWith('*')).map((name) => name.slice(1));
  return (name) =>
    plain.has(name) || starts.some((start) => name.startsWith(start)) || ends.some((end) => name.endsWith(end));
}
