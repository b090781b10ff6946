import { Injectable } from '@nestjs/common';
import { likeContains, paginateFeed, UnitOfWork } from '#libs/database';
import type { TimeRange } from '#libs/http';
import type { CursorPage } from '#libs/kernel';
import { AuditLog } from './audit-log.entity.js';

/** A row to write; the database says when. */
export type NewAuditLog = Omit<AuditLog, 'createdAt'>;

/** Which rows of the audit log are asked for; what is left out does not narrow. */
export interface AuditFilter extends TimeRange {
  readonly action?: string;
  readonly actorId?: string;
  readonly userId?: string;
  readonly resourceType?: string;
  readonly excludeResourceTypes?: readonly string[];
  readonly success?: boolean;
  /** Stands for itself: no character is a wildcard. */
  readonly search?: string;
}

const SEARCHED = ['action', 'resourceType', 'resourceId', 'actorId', 'errorCode', 'ip', 'requestId'];

/** Appends to the audit log and reads it. There is no way to change a row, here or in the database. */
@Injectable()
export class AuditLogRepository {
  constructor(private readonly work: UnitOfWork) {}

  async append(row: NewAuditLog): Promise<void> {
    await this.work.manager.insert(AuditLog, row);
  }

  /** Newest first. */
  findFeed(filter: AuditFilter, page: { cursor?: string; limit: number }): Promise<CursorPage<AuditLog>> {
    const query = this.work.manager.createQueryBuilder(AuditLog, 'log');
    const { action, actorId, userId, resourceType, excludeResourceTypes, success, from, to, search } = filter;
    if (action !== undefined) query.andWhere('log.action = :action', { action });
    if (actorId !== undefined) query.andWhere('log.actorId = :actorId', { actorId });
    if (userId !== undefined) query.andWhere("log.actorKind = 'user' AND log.actorId = :userId", { userId });
    if (resourceType !== undefined) query.andWhere('log.resourceType = :resourceType', { resourceType });
    if (excludeResourceTypes !== undefined) {
      query.andWhere('log.resourceType <> ALL(:excludeResourceTypes)', { excludeResourceTypes });
    }
    if (success !== undefined) query.andWhere('log.success = :success', { success });
    if (from !== undefined) query.andWhere('log.createdAt >= :from', { from });
    if (to !== undefined) query.andWhere('log.createdAt < :to', { to });
    if (search !== undefined) {
      const matches = SEARCHED.map((column) => `log.${column} ILIKE :search`).join(' OR ');
      query.andWhere(`(${matches})`, { search: likeContains(search) });
    }
    return paginateFeed(query, page);
  }
}
