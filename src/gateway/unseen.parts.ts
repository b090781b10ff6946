/** Parts of a prompt that cost more than their bytes show. */
export interface UnseenParts {
  /** Pictures, whose size in pixels is what counts. */
  readonly pictures: number;
  /** Documents and films, which are unpacked or fetched where the model is: as long as it can read. */
  readonly hasDocuments: boolean;
}

const PICTURE = /image|screenshot/;
const DOCUMENTS = new Set<unknown>([
  'document',
  'document_url',
  'file',
  'input_file',
  'video',
  'video_url',
  'input_video',
  'audio_url',
]);
/** Where a caller's own names stand. */
const FREE = new Set(['input', 'arguments', 'parameters', 'input_schema', 'schema', 'metadata']);
const TEXT = /^data:text\//;

/** Looks at the messages of a chat and at the input of a response, however deep: results of tools bring parts as well. */
export function unseenParts({ messages, input, images }: Record<string, unknown>): UnseenParts {
  const found = { pictures: Array.isArray(images) ? images.length : 0, hasDocuments: false };
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) visit(item);
      return;
    }
    const part = value as Record<string, unknown>;
    const { type } = part;
    if (typeof type === 'string' && PICTURE.test(type)) found.pictures += 1;
    if (DOCUMENTS.has(type) && !isText(part)) found.hasDocuments = true;
    for (const [name, item] of Object.entries(part)) if (!FREE.has(name)) visit(item);
  };
  visit(messages);
  visit(input);
  return found;
}

/** A document that is its own text has no more tokens than bytes. */
function isText(part: Record<string, unknown>): boolean {
  const { source, file, file_data: data = (file as { file_data?: unknown } | null | undefined)?.file_data } = part;
  const kind = (source as { type?: unknown } | null | undefined)?.type;
  return kind === 'text' || kind === 'content' || (typeof data === 'string' && TEXT.test(data));
}
