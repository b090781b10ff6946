import { SetMetadata } from '@nestjs/common';
import type { Duty } from './duty.js';
import type { Permission } from './permissions.js';

/** Sensitive actions of which the configuration says whether they need a recent proof. */
export const CHOSEN_ACTIONS = ['administration', 'api-keys'] as const;

/**
 * What kind of sensitive action a route is.
 * - `identity`: on a person's own password, address or factors
 * - `administration`: on the rights or the access of other people
 * - `api-keys`: on credentials that spend money
 */
export type SensitiveAction = 'identity' | (typeof CHOSEN_ACTIONS)[number];

/** What else must hold for a person who uses a route. */
interface PersonConditions {
  /** The duties that need not be done first; left out: all must be. */
  readonly despite?: readonly Duty[];
  /** The person must have come with a session: a personal access token is not enough. */
  readonly bySession?: true;
  /** The person must have proved who they are not long ago, as strongly as they can. */
  readonly recent?: SensitiveAction;
}

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
  | PersonRule
  | { readonly kind: 'api-key' }
  | { readonly kind: 'scim' };

/** A rule that lets in people only. */
export type PersonRule =
  | ({ readonly kind: 'signed-in' } & PersonConditions)
  | ({ readonly kind: 'permission'; readonly permission: Permission } & PersonConditions);

export const PUBLIC: AccessRule = { kind: 'public' };
export const PROBE: AccessRule = { kind: 'public', isProbe: true };
export const SIGNED_IN: PersonRule = { kind: 'signed-in' };
export const API_KEY: AccessRule = { kind: 'api-key' };
export const SCIM: AccessRule = { kind: 'scim' };

/** A person with a session whose role has the permission. */
export function permitted(permission: Permission): PersonRule {
  return { kind: 'permission', permission };
}

/** The same rule, also for people who still owe these duties. */
export function despite(rule: PersonRule, ...duties: readonly Duty[]): PersonRule {
  return { ...rule, despite: duties };
}

/** The same rule, for people with a session: no program with a personal access token. */
export function bySession(rule: PersonRule): PersonRule {
  return { ...rule, bySession: true };
}

/** The same rule, for people who proved not long ago who they are (step-up). */
export function recently(rule: PersonRule, action: SensitiveAction): PersonRule {
  return { ...rule, recent: action };
}

/** Whether a rule lets in people only. */
export function isForPeople(rule: AccessRule): rule is PersonRule {
  return rule.kind === 'signed-in' || rule.kind === 'permission';
}

export const ACCESS_RULE = Symbol('access-rule');

/** Declares who may use a route. A route without a rule stops the process at boot. */
export function Access(rule: AccessRule): MethodDecorator {
  return SetMetadata(ACCESS_RULE, rule);
}

/** One line of the route × permission matrix. */
export function describeRule(rule: AccessRule): string {
  const who = rule.kind === 'permission' ? rule.permission : rule.kind;
  if (!isForPeople(rule)) return who;
  const { recent, despite: duties = [], bySession: needsSession = false } = rule;
  const conditions = [
    ...(duties.length > 0 ? [`despite ${duties.join(' and ')}`] : []),
    ...(needsSession ? ['by session'] : []),
    ...(recent === undefined ? [] : [`recently (${recent})`]),
  ];
  return [who, ...conditions].join(', ');
}
