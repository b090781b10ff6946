import type { ClaimNames } from './providers/identity-provider.js';
import type { ProvenIdentity } from './proven-identity.js';

type Claims = Readonly<Record<string, unknown>>;

const MOST_GROUPS = 2_000;
const LONGEST_GROUP = 500;

/** What a provider tells of a person beside who it is. */
export type PersonFacts = Pick<ProvenIdentity, 'email' | 'emailVerified' | 'name' | 'groups'>;

/** Reads the facts about a person where the operator says that they stand. */
export function factsOf(claims: Claims, names: ClaimNames): PersonFacts {
  return {
    email: textOf(claimAt(claims, names.email)),
    emailVerified: truthOf(claimAt(claims, names.emailVerified)),
    name: textOf(claimAt(claims, names.name)),
    groups: groupsOf(claimAt(claims, names.groups)),
  };
}

/** How the person proved it, where the provider says so (RFC 8176). */
export function methodsIn({ amr }: Claims): readonly string[] | undefined {
  return groupsOf(amr);
}

/** A claim by its name, or by the way to it: names may have dots of their own, as those of Auth0 do. */
export function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let found: unknown = claims;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Claims)[name];
  }
  return found;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** Apple and Cognito write truth as a text. */
export function truthOf(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : undefined;
}

/** A list of names, or one name. */
export function groupsOf(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list
    .filter((item): item is string => typeof item === 'string' && item !== '' && item.length <= LONGEST_GROUP)
    .slice(0, MOST_GROUPS);
}
