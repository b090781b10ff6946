/** A JSON object, or nothing. */
export function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** The simulator's tokens: a word or a mark with the space before it, long words in pieces of six. */
export function tokenPieces(text: string): string[] {
  return text.match(/\s*[\p{L}\p{N}]{1,6}|\s*[^\s\p{L}\p{N}]|\s+$/gu) ?? [];
}

/** All texts of a request: messages, system, prompt, input. */
export function promptTexts(json: Record<string, unknown>): string[] {
  const messages = Array.isArray(json['messages']) ? json['messages'] : [];
  return [
    ...messages.flatMap((message) => textsOf(asObject(message)?.['content'])),
    ...textsOf(json['system']),
    ...textsOf(json['prompt']),
    ...textsOf(json['input']),
  ];
}

/** What the person said last; scripted failures are read from it. */
export function lastUserText(json: Record<string, unknown>): string {
  const messages = Array.isArray(json['messages']) ? json['messages'].map(asObject) : [];
  const last = messages.findLast((message) => message?.['role'] === 'user');
  return last === undefined ? promptTexts(json).join(' ') : textsOf(last['content']).join(' ');
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') {
    return [value];
  }
  return Array.isArray(value)
    ? value.flatMap((item: unknown) =>
        typeof item === 'string' ? [item] : textsOf(asObject(item)?.['text'] ?? asObject(item)?.['content']),
      )
    : [];
}
