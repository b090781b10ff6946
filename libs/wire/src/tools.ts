import { type Json, record, records, stated, textOf } from './json.js';
import { untranslatable } from './wire.errors.js';

const NO_PARAMETERS: Json = { type: 'object', properties: {} };

/** Tools of a chat request as those of a messages request. */
export function toAnthropicTools(tools: unknown): Json[] | undefined {
  const translated = records(tools).map((tool, index) => {
    const definition = record(tool['function']);
    if (tool['type'] !== 'function' || definition === undefined) {
      throw untranslatable(`tools[${index}]`, 'A tool that is not a function');
    }
    const { name, description, parameters } = definition;
    const { cache_control } = tool;
    return stated({ name, description, input_schema: parameters ?? NO_PARAMETERS, cache_control });
  });
  return translated.length === 0 ? undefined : translated;
}

/** How a chat request chooses among its tools, in Anthropic's words. */
export function toAnthropicChoice(choice: unknown, parallel: unknown): Json | undefined {
  const single = parallel === false ? { disable_parallel_tool_use: true } : {};
  const name = textOf(record(record(choice)?.['function'])?.['name']);
  if (name !== undefined) return { type: 'tool', name, ...single };
  if (choice === 'none') return { type: 'none' };
  if (choice === 'required') return { type: 'any', ...single };
  if (choice === 'auto' || (choice === undefined && parallel === false)) return { type: 'auto', ...single };
  if (choice === undefined || choice === null) return undefined;
  throw untranslatable('tool_choice', 'This choice of tools');
}

/** Tools of a messages request as those of a chat request. */
export function toChatTools(tools: unknown): Json[] | undefined {
  const translated = records(tools).map((tool, index) => {
    const { type = 'custom', name, description, input_schema } = tool;
    // A tool with a type of its own runs at the provider, or is known to its models alone.
    if (type !== 'custom') throw untranslatable(`tools[${index}]`, `The tool ${JSON.stringify(type)}`);
    return { type: 'function', function: stated({ name, description, parameters: input_schema ?? NO_PARAMETERS }) };
  });
  return translated.length === 0 ? undefined : translated;
}

/** How a messages request chooses among its tools, in OpenAI's words. */
export function toChatChoice(value: unknown): { tool_choice?: unknown; parallel_tool_calls?: false } {
  const choice = record(value);
  if (choice === undefined) return {};
  const single = choice['disable_parallel_tool_use'] === true ? { parallel_tool_calls: false as const } : {};
  switch (choice['type']) {
    case 'tool':
      return { tool_choice: { type: 'function', function: { name: choice['name'] } }, ...single };
    case 'any':
      return { tool_choice: 'required', ...single };
    case 'none':
      return { tool_choice: 'none' };
    default:
      return { tool_choice: 'auto', ...single };
  }
}
