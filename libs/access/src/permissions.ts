import type { Principal } from './principal.js';

/** The roles of the platform that are not made by administrators. */
export const ROLES = ['admin', 'admin-readonly', 'user'] as const;
export type SystemRole = (typeof ROLES)[number];

/** `resource:action`. */
export type Permission = string & { readonly __permission: true };

export interface PermissionDefinition {
  readonly permission: Permission;
  readonly description: string;
  /** The system roles that have it from the start. */
  readonly roles: readonly SystemRole[];
}

const registry = new Map<string, PermissionDefinition>();

/** Every permission declared so far, in the order of the alphabet. */
export function permissionCatalogue(): PermissionDefinition[] {
  return [...registry.values()].sort((a, b) => a.permission.localeCompare(b.permission));
}

/**
 * Declares a feature's permissions beside the feature:
 * `definePermissions('teams', { read: { description: 'See own teams.', roles: ['admin', 'user'] } })` gives
 * `{ read: 'teams:read' }`.
 */
export function definePermissions<K extends string>(
  resource: string,
  actions: Record<K, { description: string; roles: readonly SystemRole[] }>,
): Readonly<Record<K, Permission>> {
  const permissions = {} as Record<K, Permission>;
  for (const [action, { description, roles }] of Object.entries(actions) as [K, (typeof actions)[K]][]) {
    const permission = `${resource}:${action}` as Permission;
    if (registry.has(permission)) throw new Error(`The permission "${permission}" is declared twice.`);
    registry.set(permission, { permission, description, roles });
    permissions[action] = permission;
  }
  return permissions;
}

/** Whether the permission was declared. */
export function isDeclared(permission: Permission): boolean {
  return registry.has(permission);
}

/** Whether a principal has a permission. Only people have any: a key may call models and nothing else. */
export function hasPermission(principal: Principal, permission: Permission): boolean {
  if (principal.kind === 'system') return true;
  if (principal.kind !== 'user') return false;
  return registry.get(permission)?.roles.some((role) => role === principal.role) ?? false;
}
