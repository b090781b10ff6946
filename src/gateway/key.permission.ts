import type { ApiKeyPrincipal } from '#libs/access';
import { gatewayErrors } from './gateway.errors.js';

/** A key without a list of permissions may do everything. @throws DomainError operation_not_allowed */
export function mustBePermitted({ permissions }: ApiKeyPrincipal, permission: string): void {
  if (permissions === undefined || permissions.has(permission)) return;
  throw gatewayErrors.operation_not_allowed({ message: `This API key lacks the permission ${permission}.` });
}
