import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import type { CursorPage } from '#libs/kernel';
import type { AuditLog } from './audit-log.entity.js';
import { type AuditFilter, AuditLogRepository } from './audit-log.repository.js';

/** Shows the audit log to those who may read it. */
@Injectable()
export class AuditService {
  constructor(private readonly logs: AuditLogRepository) {}

  /** The guard has asked for the permission; within the log there are no owners. */
  list(
    _actor: Principal,
    { cursor, limit, ...filter }: AuditFilter & { cursor?: string; limit: number },
  ): Promise<CursorPage<AuditLog>> {
    return this.logs.findFeed(filter, cursor === undefined ? { limit } : { cursor, limit });
  }
}
