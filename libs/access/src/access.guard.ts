import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { accessErrors } from './access.errors.js';
import type { AuthenticatedRequest } from './doorkeeper.js';
import { ACCESS_RULE, type AccessRule } from './rule.js';

/** The last door: no handler runs without a rule, nor for a request that the doorkeeper has not let in. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const { principal } = context.switchToHttp().getRequest<Partial<AuthenticatedRequest>>();
    const rule = this.reflector.get<AccessRule | undefined>(ACCESS_RULE, context.getHandler());
    if (!rule || principal === undefined) throw accessErrors.permission_denied();
    return true;
  }
}
