/** What a key can be allowed to ask for. */
export const KEY_PERMISSIONS = [
  'chat.completions',
  'completions',
  'embeddings',
  'responses',
  'messages',
  'images.generate',
  'audio',
  'moderations',
  'rerank',
  'forwarded',
  'models.list',
] as const;

/** Other words for the same: wide ones, and those of clients that were made for other gateways. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  read: ['models.list'],
  write: KEY_PERMISSIONS.filter((permission) => permission !== 'models.list'),
  allowChatCompletions: ['chat.completions'],
  allowCompletions: ['completions'],
  allowEmbeddings: ['embeddings'],
  allowResponses: ['responses'],
  allowMessages: ['messages'],
  allowImages: ['images.generate'],
  allowAudio: ['audio'],
  allowModerations: ['moderations'],
  allowRerank: ['rerank'],
  allowModels: ['models.list'],
};

/** Every word that is understood. */
export const PERMISSION_WORDS: readonly string[] = [...KEY_PERMISSIONS, ...Object.keys(ALIASES)];

/** The permissions that some words mean, each once, in the order of the list. */
export function permissionsOf(words: readonly string[]): string[] {
  const meant = new Set(words.flatMap((word) => ALIASES[word] ?? [word]));
  return KEY_PERMISSIONS.filter((permission) => meant.has(permission));
}

/** `{ read: true, write: false }` says the same as `["read"]`. */
export function wordsOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value).flatMap(([word, allowed]) => (allowed === true ? [word] : []));
}
