import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { type DateBounds, type TimeRange, timeRange } from '#libs/http';
import type { CursorPage } from '#libs/kernel';
import type { AuditLog } from './audit-log.entity.js';
import { type AuditFilter, AuditLogRepository } from './audit-log.repository.js';

/** What somebody asks the log. */
type AuditQuestion = Omit<AuditFilter, keyof TimeRange> & DateBounds & { cursor?: string; limit: number };

/** Shows the audit log to those who may read it. */
@Injectable()
export class AuditService {
  constructor(private readonly logs: AuditLogRepository) {}

  /** The guard has asked for the permission; within the log there are no owners. */
  list(
    _actor: Principal,
    { cursor, limit, startDate, endDate, ...filter }: AuditQuestion,
  ): Promise<CursorPage<AuditLog>> {
    const page = cursor === undefined ? { limit } : { cursor, limit };
    return this.logs.findFeed({ ...filter, ...timeRange({ startDate, endDate }) }, page);
  }

  /** What the actor did, and nobody else. */
  listOwn(actor: Principal, page: { cursor?: string; limit: number }): Promise<CursorPage<AuditLog>> {
    return this.logs.findFeed({ userId: personOf(actor).userId, from: undefined, to: undefined }, page);
  }
}
