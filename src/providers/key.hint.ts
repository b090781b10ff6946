/** Of a shorter key, four characters would be too much to show. */
const SHORTEST_HINTED_KEY = 16;

/** What may be shown of a key: enough to know it again. */
export function hintOf(secret: string): string {
  return secret.length < SHORTEST_HINTED_KEY ? '…' : `…${secret.slice(-4)}`;
}
