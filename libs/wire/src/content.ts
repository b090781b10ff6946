import { type Json, record, records, stated, textOf } from './json.js';
import { untranslatable } from './wire.errors.js';

const DATA_URL = /^data:([^;,]+);base64,(.*)$/s;

/** Content of a chat message (a text, or a list of parts) as content blocks of Anthropic's. */
export function toBlocks(content: unknown, path: string): Json[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return records(content)
    .map((part, index) => toBlock(part, `${path}[${index}]`))
    .filter((block) => block !== undefined);
}

function toBlock(part: Json, path: string): Json | undefined {
  const { cache_control } = part;
  switch (part['type']) {
    case 'text':
    case 'refusal': {
      const text = textOf(part['text'] ?? part['refusal']);
      // An empty text is refused by one format and harmless in the other.
      return text === undefined ? undefined : stated({ type: 'text', text, cache_control });
    }
    case 'image_url':
      return stated({ type: 'image', source: imageSource(part['image_url'], path), cache_control });
    case 'file':
      return stated({ ...documentBlock(record(part['file']) ?? {}, path), cache_control });
    default:
      throw untranslatable(path, `Content of the type ${JSON.stringify(part['type'] ?? null)}`);
  }
}

function imageSource(image: unknown, path: string): Json {
  const url = typeof image === 'string' ? image : textOf(record(image)?.['url']);
  if (url === undefined) throw untranslatable(path, 'An image without an address');
  const [, media_type, data] = DATA_URL.exec(url) ?? [];
  return data === undefined ? { type: 'url', url } : { type: 'base64', media_type, data };
}

function documentBlock({ file_data, filename }: Json, path: string): Json {
  const [, media_type, data] = DATA_URL.exec(textOf(file_data) ?? '') ?? [];
  if (media_type !== 'application/pdf') throw untranslatable(path, 'A file that is not a PDF in base64');
  return stated({ type: 'document', source: { type: 'base64', media_type, data }, title: textOf(filename) });
}

/** Content blocks as content of a chat message: one text where there is nothing else, so that every server takes it. */
export function toParts(blocks: readonly Json[], path: string): string | Json[] {
  const parts = blocks.map((block, index) => toPart(block, `${path}[${index}]`));
  const [first] = parts;
  return parts.length === 1 && first?.['type'] === 'text' ? String(first['text']) : parts;
}

function toPart(block: Json, path: string): Json {
  const source = record(block['source']) ?? {};
  switch (block['type']) {
    case 'text':
      return { type: 'text', text: textOf(block['text']) ?? '' };
    case 'image':
      return { type: 'image_url', image_url: { url: imageUrl(source, path) } };
    case 'document':
      return documentPart(source, textOf(block['title']) ?? 'document.pdf', path);
    default:
      throw untranslatable(path, `Content of the type ${JSON.stringify(block['type'] ?? null)}`);
  }
}

function imageUrl(source: Json, path: string): string {
  if (source['type'] === 'url') return String(source['url']);
  if (source['type'] === 'base64') return dataUrl(source);
  throw untranslatable(path, 'An image that was uploaded elsewhere');
}

function documentPart(source: Json, filename: string, path: string): Json {
  if (source['type'] === 'text') return { type: 'text', text: textOf(source['data']) ?? '' };
  if (source['type'] === 'base64') return { type: 'file', file: { filename, file_data: dataUrl(source) } };
  throw untranslatable(path, 'A document that is not part of the request');
}

function dataUrl({ media_type, data }: Json): string {
  return `data:${String(media_type)};base64,${String(data)}`;
}

/** Blocks of a message whose content may be a text alone. */
export function blocksOf(content: unknown): Json[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : records(content);
}
