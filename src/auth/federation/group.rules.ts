import { federationErrors } from './federation.errors.js';
import type { GroupRules } from './providers/identity-provider.js';

/** @throws DomainError required_group_missing for whoever is in none of the groups that may come in */
export function requireGroup({ required }: GroupRules, groups: readonly string[] = []): void {
  if (required.length > 0 && !required.some((group) => groups.includes(group))) {
    throw federationErrors.required_group_missing();
  }
}

/** The strongest role that the groups give; undefined where roles are given here and not by the provider. */
export function mappedRole({ mapping, defaultRole }: GroupRules, groups: readonly string[] = []): string | undefined {
  if (!mapping) return undefined;
  for (const [group, role] of mapping) if (groups.includes(group)) return role;
  return defaultRole;
}
