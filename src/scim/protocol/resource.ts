import { sha256 } from '#libs/crypto';
import { scimErrors } from '../scim.errors.js';
import { readAttributePath } from './attribute.path.js';
import { LIST_SCHEMA, MOST_RESULTS, SCIM_BASE } from './scim.names.js';

export interface ScimResource {
  readonly schemas: readonly string[];
  readonly id: string;
  readonly meta: ScimMeta;
}

export interface ScimMeta {
  readonly resourceType: 'User' | 'Group';
  readonly created: string;
  readonly lastModified: string;
  readonly location: string;
  readonly version: string;
}

/** Which attributes a caller wants. */
export interface AttributeWish {
  readonly attributes?: string | undefined;
  readonly excludedAttributes?: string | undefined;
}

interface Times {
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/**
 * Completes a resource: null is nothing.
 *
 * @param revision what is different once the resource is; left out, all that there is to read of it
 */
export function resourceOf<T extends { readonly id: string; readonly schemas: readonly string[] }>(
  resourceType: 'User' | 'Group',
  content: T,
  { createdAt, updatedAt }: Times,
  revision?: string,
): T & ScimResource {
  const lean = JSON.parse(JSON.stringify(content, (_, value: unknown) => value ?? undefined)) as T;
  return {
    ...lean,
    meta: {
      resourceType,
      created: createdAt.toISOString(),
      lastModified: updatedAt.toISOString(),
      location: locationOf(resourceType, content.id),
      version: `W/"${sha256(revision ?? JSON.stringify(lean))
        .toString('base64url')
        .slice(0, 22)}"`,
    },
  };
}

export function locationOf(resourceType: 'User' | 'Group', id: string): string {
  return `${SCIM_BASE}/${resourceType}s/${id}`;
}

/** @throws DomainError scim_version_mismatch when the caller means another version than this */
export function assertVersion({ meta }: ScimResource, ifMatch: string | undefined): void {
  if (ifMatch === undefined) return;
  const meant = ifMatch.split(',').map((version) => version.trim());
  if (!meant.includes('*') && !meant.includes(meta.version)) throw scimErrors.scim_version_mismatch();
}

/** Whether an attribute has to be looked up at all. */
export function isWanted(wish: AttributeWish, attribute: string): boolean {
  const named = (list: string | undefined): boolean | undefined =>
    list === undefined ? undefined : readNames(list).has(attribute.toLowerCase());
  return (named(wish.attributes) ?? true) && !(named(wish.excludedAttributes) ?? false);
}

/** The attributes that a caller wants; what is always returned comes along. */
export function projected<T extends ScimResource>(resource: T, wish: AttributeWish): Partial<T> & ScimResource {
  const { schemas, id, meta } = resource;
  const kept = Object.entries(resource).filter(([name]) => isWanted(wish, name));
  return { ...(Object.fromEntries(kept) as Partial<T>), schemas, id, meta };
}

/** Where a list begins and how long it is, in the bounds of RFC 7644 §3.4.2.4. */
export function pageOf({ startIndex, count }: { startIndex: number; count: number }): {
  offset: number;
  limit: number;
} {
  return { offset: Math.max(startIndex, 1) - 1, limit: Math.min(Math.max(count, 0), MOST_RESULTS) };
}

export function listResponse(resources: readonly object[], total: number, offset: number): object {
  return {
    schemas: [LIST_SCHEMA],
    totalResults: total,
    startIndex: offset + 1,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

/** An attribute within another counts as that other. */
function readNames(list: string): Set<string> {
  const paths = list.split(',').map((name) => readAttributePath(name.trim()));
  return new Set(paths.flatMap((path) => (path ? [path.attribute] : [])));
}
