import { outlineOf } from './json.scanner.js';
import { type Edit, spliced } from './splice.js';

/** The member of a usage that says what the call cost. */
const COST = 'sluice_cost';
const OPEN_BRACE = 0x7b;

/** A line of an event that holds a whole JSON object, and where that lies. */
interface DataLine {
  readonly at: number;
  readonly json: Buffer;
}

/**
 * The end of an event stream whose last usage also says what the call cost, everything else byte for byte the same;
 * the very same bytes where no event of it says a usage.
 *
 * @param events whole events of either wire format
 * @param cost US dollars, as a decimal
 */
export function tellCost(events: Buffer, cost: string): Buffer {
  for (const { at, json } of dataLines(events).toReversed()) {
    const usage = usageIn(json);
    if (usage !== undefined) return spliced(events, costIn(json.subarray(usage), at + usage, cost));
  }
  return events;
}

function dataLines(events: Buffer): DataLine[] {
  const lines: DataLine[] = [];
  let start = 0;
  for (const line of events.toString('latin1').split(/[\r\n]/)) {
    const field = /^data: ?(?=\{)/.exec(line)?.[0];
    if (field !== undefined) {
      const at = start + field.length;
      lines.push({ at, json: events.subarray(at, start + line.length) });
    }
    start += line.length + 1;
  }
  return lines;
}

/** Where the object `usage` of an event begins; a response of the Responses API holds its own. */
function usageIn(json: Buffer): number | undefined {
  const usage = objectIn(json, 'usage');
  if (usage !== undefined) return usage;
  const response = objectIn(json, 'response');
  if (response === undefined) return undefined;
  const inner = objectIn(json.subarray(response), 'usage');
  return inner === undefined ? undefined : response + inner;
}

function objectIn(json: Buffer, name: string): number | undefined {
  const outline = outlineOf(json);
  const property = outline.kind === 'outline' ? outline.properties.findLast(({ key }) => key === name) : undefined;
  return property !== undefined && json[property.start] === OPEN_BRACE ? property.start : undefined;
}

/** A provider that is a Sluice as well says what it asks of us, which is another sum. */
function costIn(usage: Buffer, at: number, cost: string): Edit[] {
  const text = JSON.stringify(cost);
  const outline = outlineOf(usage);
  const members = outline.kind === 'outline' ? outline.properties : [];
  const said = members.filter(({ key }) => key === COST);
  if (said.length > 0) return said.map(({ start, end }) => ({ at: at + start, to: at + end, text }));
  const last = members.at(-1);
  return [{ at: at + (last?.end ?? 1), to: undefined, text: `${last ? ',' : ''}"${COST}":${text}` }];
}
