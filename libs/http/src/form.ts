import { isUtf8 } from 'node:buffer';
import { httpErrors } from './http.errors.js';
import { inspect } from './strict-json.js';

const MOST_FIELDS = 100;

/**
 * Parses a form (application/x-www-form-urlencoded) into texts by name. What may mean one thing to one reader and
 * another to the next is refused: a name that comes twice, bytes that are no text.
 *
 * @throws DomainError validation_failed
 */
export function parseForm(body: Buffer): Record<string, string> {
  const text = body.toString('latin1');
  const fields = [...new URLSearchParams(text)];
  const names = new Set(fields.map(([name]) => name));
  if (!isUtf8(bytesOf(text)) || fields.length > MOST_FIELDS || names.size < fields.length) {
    throw httpErrors.validation_failed({ message: 'Each field of the form must be there once, as text in UTF-8.' });
  }
  const form = Object.fromEntries(fields);
  inspect(form);
  return form;
}

/** What the escapes stand for: the parser of addresses would silently replace what is no UTF-8. */
function bytesOf(text: string): Buffer {
  const plain = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1');
}
