import { Injectable } from '@nestjs/common';
import { likeContains, paginateFeed, UnitOfWork } from '#libs/database';
import type { TimeRange } from '#libs/http';
import type { CursorPage } from '#libs/kernel';
import { AuditLog } from './audit-log.entity.js';

/** A row to write, without anything of people; the database says when. */
export type NewAuditLog = Omit<AuditLog, 'createdAt'>;

/** What a row says of somebody, and may say as long as they are there. */
export interface PersonalAudit {
  readonly part: 'origin' | 'subject';
  readonly personId: string;
  readonly ip?: string | null;
  readonly userAgent?: string | null;
  readonly oldValues?: object | null;
  readonly newValues?: object | null;
}

const APPEND = `
  INSERT INTO audit_logs (id, action, resource_type, resource_id, actor_kind, actor_id, success, error_code,
                          old_values, new_values, ip, user_agent, request_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`;
/** Of somebody who is gone meanwhile, nothing is kept. */
const APPEND_PERSONAL = `
  INSERT INTO audit_personal (log_id, part, person_id, ip, user_agent, old_values, new_values)
  SELECT $1, $2, u.id, $4, $5, $6, $7 FROM users u WHERE u.id = $3 FOR KEY SHARE`;

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

  async append(row: NewAuditLog, personal: readonly PersonalAudit[]): Promise<void> {
    await this.work.run(async () => {
      const { id, action, resourceType, resourceId, actorKind, actorId, success, errorCode } = row;
      const { oldValues, newValues, ip, userAgent, requestId } = row;
      const what = [id, action, resourceType, resourceId, actorKind, actorId, success, errorCode];
      await this.work.manager.query(APPEND, [...what, oldValues, newValues, ip, userAgent, requestId]);
      for (const { part, personId, ...each } of personal) {
        const where = [id, part, personId, each.ip ?? null, each.userAgent ?? null];
        const values = [each.oldValues ?? null, each.newValues ?? null];
        await this.work.manager.query(APPEND_PERSONAL, [...where, ...values]);
      }
    });
  }

  /** Newest first. */
  findFeed(filter: AuditFilter, page: { cursor?: string; limit: number }): Promise<CursorPage<AuditLog>> {
    const query = this.work.manager.createQueryBuilder(AuditLog, 'log');
    const { action, actorId, userId, resourceType, excludeResourceTypes, success, from, to, search } = filter;
    if (action !== undefined) query.andWhere('log.action = :action', { action });
    if (actorId !== undefined) query.andWhere('log.actorId = :actorId', { actorId });
    if (userId !== undefined)
      query.andWhere("log.actorKind IN ('user', 'deleted-user') AND log.actorId = :userId", { userId });
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
