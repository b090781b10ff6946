import { SetMetadata } from '@nestjs/common';
import type { Permission } from './permissions.js';

/**
 * Who may use a route.
 * - `public`: anybody; a credential, if there is one, is not looked at. A probe is not counted: whoever watches over
 *   the process must not be too fast for it.
 * - `signed-in`: any person with a session.
 * - `permission`: a person with a session whose role has the permission.
 * - `api-key`: a program with an API key.
 * - `scim`: a company's directory with a SCIM token.
 */
export type AccessRule =
  | { readonly kind: 'public'; readonly isProbe?: boolean }
  | { readonly kind: 'signed-in' }
  | { readonly kind: 'permission'; readonly permission: Permission }
  | { readonly kind: 'api-key' }
  | { readonly kind: 'scim' };

export const PUBLIC: AccessRule = { kind: 'public' };
export const PROBE: AccessRule = { kind: 'public', isProbe: true };
export const SIGNED_IN: AccessRule = { kind: 'signed-in' };
export const API_KEY: AccessRule = { kind: 'api-key' };
export const SCIM: AccessRule = { kind: 'scim' };

/** A person with a session whose role has the permission. */
export function permitted(permission: Permission): AccessRule {
  return { kind: 'permission', permission };
}

export const ACCESS_RULE = Symbol('access-rule');

/** Declares who may use a route. A route without a rule stops the process at boot. */
export function Access(rule: AccessRule): MethodDecorator {
  return SetMetadata(ACCESS_RULE, rule);
}

/** One line of the route × permission matrix. */
export function describeRule(rule: AccessRule): string {
  return rule.kind === 'permission' ? rule.permission : rule.kind;
}
