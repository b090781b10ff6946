import { federationErrors } from './federation.errors.js';

const LONGEST = 2_048;
/** From the first slash on, visible ASCII without a backslash, which browsers read as a slash. */
const PATH = /^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/;
/** What a proxy that decodes too early would turn into another host, another line or another header. */
const DISGUISED = /%(?:[01][0-9a-f]|7f|5c)|^\/%2f/i;

/**
 * A path of this installation in the one form in which it is used. It is never sent as it came, and never without our
 * origin in front of it.
 *
 * @param origin ours
 * @throws DomainError return_to_invalid for whatever leads, or could lead, anywhere else
 */
export function returnPath(given: string | undefined, origin: string): string {
  if (given === undefined) return '/';
  const isPath = given.length <= LONGEST && PATH.test(given) && !DISGUISED.test(given) && URL.canParse(given, origin);
  if (!isPath) throw federationErrors.return_to_invalid({ param: 'returnTo' });
  const { origin: target, pathname, search, hash } = new URL(given, origin);
  // `/.//host` is only now what it means.
  if (target !== origin || pathname.startsWith('//')) throw federationErrors.return_to_invalid({ param: 'returnTo' });
  return pathname + search + hash;
}
