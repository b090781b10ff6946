import type { MalformedModelRequest, ModelRequest } from './model-request.js';
import { stateFormField } from './provider.state.js';
import { folded, routingFormField } from './routing.fields.js';

interface Part {
  /** The field's name as it is written. */
  name: string;
  isFile: boolean;
  /** Where the value lies in the body. */
  start: number;
  end: number;
}

const BOUNDARY = /^multipart\/form-data\s*;\s*boundary=(?:"([^"\\]{1,70})"|([^\s;,"]{1,70}))\s*$/i;
const DISPOSITION = /^content-disposition\s*:\s*form-data\s*(;.*)$/i;
const PARAMETER = /;\s*([a-z*]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))/gi;
/** Fields that decide about access and money; each may be there once, spelt exactly so. */
const GUARDED = new Set(['model', 'stream', 'n']);
const MAX_PARTS = 128;
const MAX_HEADER_BYTES = 4_096;
const MAX_FIELD_BYTES = 100_000;
const NOTHING = Buffer.alloc(0);
const BLANK_LINE = Buffer.from('\r\n\r\n');

/** The boundary that a `Content-Type` names; `undefined` where it is no form or says more than that. */
export function multipartBoundary(contentType: string | undefined): string | undefined {
  const [, quoted, bare] = BOUNDARY.exec(contentType ?? '') ?? [];
  return quoted ?? bare;
}

/**
 * Reads the text fields of a `multipart/form-data` body (RFC 7578) without copying its files. Strict where parsers
 * differ: a body that another parser could read otherwise is refused.
 */
export function readMultipartRequest(body: Buffer, boundary: string): ModelRequest | MalformedModelRequest {
  const parts = partsOf(body, boundary);
  if (parts === undefined) {
    return { ok: false, reason: 'not_multipart' };
  }
  const fields: Record<string, unknown> = {};
  for (const { name, isFile, start, end } of parts) {
    const spelt = folded(name.replaceAll('\\', ''));
    if (GUARDED.has(spelt) && (spelt !== name || isFile || name in fields)) {
      return { ok: false, reason: 'ambiguous', param: spelt };
    }
    const plain = name.replaceAll('\\', '');
    const value = body.subarray(start, Math.min(end, start + MAX_FIELD_BYTES));
    const routing = routingFormField(plain, value);
    if (routing !== undefined) {
      return { ok: false, reason: 'routing', param: routing };
    }
    // What is in a file is no field, and what is in a field is read to its end.
    const state = stateFormField(plain, isFile ? NOTHING : body.subarray(start, end));
    if (state !== undefined) {
      return { ok: false, reason: 'provider_state', param: state };
    }
    if (!isFile && name !== '__proto__') {
      fields[name] = body.toString('utf8', start, Math.min(end, start + MAX_FIELD_BYTES));
    }
  }
  const file = parts.find(({ isFile }) => isFile);
  return interpret(fields, file && body.subarray(file.start, file.end));
}

/** The body with `model` as the value of its field of that name, everything else byte for byte the same. */
export function rewriteMultipartModel(body: Buffer, boundary: string, model: string): Buffer {
  const part = partsOf(body, boundary)?.find(({ name }) => name === 'model');
  const value = Buffer.from(model);
  if (part === undefined || value.equals(body.subarray(part.start, part.end))) {
    return body;
  }
  return Buffer.concat([body.subarray(0, part.start), value, body.subarray(part.end)]);
}

function interpret(fields: Record<string, unknown>, file: Buffer | undefined): ModelRequest | MalformedModelRequest {
  const { model, stream, n } = fields;
  if (typeof model !== 'string' || model === '') {
    return { ok: false, reason: 'model_missing', param: 'model' };
  }
  if (stream !== undefined && stream !== 'true' && stream !== 'false') {
    return { ok: false, reason: 'bad_value', param: 'stream' };
  }
  if (n !== undefined && !(typeof n === 'string' && /^[1-9]\d{0,2}$/.test(n))) {
    return { ok: false, reason: 'bad_value', param: 'n' };
  }
  return {
    ok: true,
    model,
    stream: stream === 'true',
    includeUsage: false,
    choices: n === undefined ? 1 : Number(n),
    previousResponseId: undefined,
    json: fields,
    ...(file === undefined ? {} : { file }),
  };
}

/** Every part, or nothing where the body is not exactly what RFC 2046 §5.1.1 draws. */
function partsOf(body: Buffer, boundary: string): Part[] | undefined {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const first = delimiter.subarray(2);
  if (!body.subarray(0, first.length).equals(first)) {
    return undefined;
  }
  const parts: Part[] = [];
  let at = first.length;
  while (parts.length <= MAX_PARTS) {
    const mark = body.toString('latin1', at, at + 2);
    if (mark === '--') {
      return /^(?:\r\n)?$/.test(body.toString('latin1', at + 2, at + 5)) ? parts : undefined;
    }
    const headersEnd = mark === '\r\n' ? body.indexOf(BLANK_LINE, at) : -1;
    const end = headersEnd === -1 ? -1 : body.indexOf(delimiter, headersEnd + 2);
    if (end === -1 || headersEnd - at > MAX_HEADER_BYTES) {
      return undefined;
    }
    const start = headersEnd + BLANK_LINE.length;
    const head = headOf(body.toString('utf8', at + 2, headersEnd));
    // A value that ends before it starts: the delimiter follows the headers at once.
    if (head === undefined || end < start) {
      return undefined;
    }
    parts.push({ ...head, start, end });
    at = end + delimiter.length;
  }
  return undefined;
}

function headOf(headers: string): Pick<Part, 'name' | 'isFile'> | undefined {
  const lines = headers.split('\r\n');
  const dispositions = lines.flatMap((line) => DISPOSITION.exec(line)?.[1] ?? []);
  const [disposition] = dispositions;
  // An encoded field would have to be decoded to be known, and a folded header line reads differently by parser.
  if (
    disposition === undefined ||
    dispositions.length > 1 ||
    lines.some((line) => /^\s|^content-transfer/i.test(line))
  ) {
    return undefined;
  }
  const parameters = [...disposition.matchAll(PARAMETER)].map(
    ([, key = '', quoted, bare]) => [key.toLowerCase(), quoted ?? bare ?? ''] as const,
  );
  const names = parameters.filter(([key]) => key === 'name');
  const [name] = names;
  if (name === undefined || names.length > 1 || parameters.some(([key]) => key === 'name*')) {
    return undefined;
  }
  return { name: name[1], isFile: parameters.some(([key]) => key.startsWith('filename')) };
}
