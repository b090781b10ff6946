import type { Redactor } from '#libs/observability';

/**
 * What a provider says of an error, without the secrets that it repeats: some quote the request with its credentials.
 * The very same bytes where there is nothing to hide. Read byte by byte, so that no other letter can change.
 */
export function withoutSecrets(redactor: Redactor, said: Buffer): Buffer {
  const text = said.toString('latin1');
  const clean = redactor.text(text);
  return clean === text ? said : Buffer.from(clean, 'latin1');
}
