export { accessConfig } from './access.config.js';
export { accessErrors } from './access.errors.js';
export { AccessGuard } from './access.guard.js';
export { AccessModule } from './access.module.js';
export { Actor } from './actor.decorator.js';
export { bannedError } from './banned.js';
export { Authenticator, RefusalObserver } from './authenticator.js';
export type { Authentication, Refusal } from './authenticator.js';
export { Doorkeeper } from './doorkeeper.js';
export type { AuthenticatedRequest } from './doorkeeper.js';
export { Duties } from './duties.js';
export type { Bearer } from './duties.js';
export { DUTIES } from './duty.js';
export type { Duty } from './duty.js';
export { definePermissions, hasPermission, permissionCatalogue, ROLES } from './permissions.js';
export type { Permission, PermissionDefinition, SystemRole } from './permissions.js';
export { DUTY_ERRORS, PersonConditions } from './person.conditions.js';
export { personOf } from './person-of.js';
export { ANONYMOUS, SYSTEM } from './principal.js';
export type {
  AnonymousPrincipal,
  ApiKeyPrincipal,
  CallerLimits,
  CallerRate,
  Principal,
  ScimPrincipal,
  SystemPrincipal,
  UserPrincipal,
} from './principal.js';
export { RequestLimiter } from './request-limiter.js';
export { Routes } from './routes.js';
export type { Route } from './routes.js';
export {
  Access,
  API_KEY,
  bySession,
  describeRule,
  despite,
  isForPeople,
  permitted,
  PROBE,
  PUBLIC,
  recently,
  SCIM,
  SIGNED_IN,
} from './rule.js';
export type { AccessRule, PersonRule, SensitiveAction } from './rule.js';
