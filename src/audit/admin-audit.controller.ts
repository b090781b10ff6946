import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import { Endpoint, feed } from '#libs/http';
import type { CursorPage } from '#libs/kernel';
import type { AuditLog } from './audit-log.entity.js';
import { auditPermissions } from './audit.permissions.js';
import { AuditService } from './audit.service.js';
import { AuditLogQueryDto } from './dto/audit-log.request.dto.js';
import { AuditLogDto } from './dto/audit-log.response.dto.js';

@ApiTags('Audit')
@Controller('api/v1/admin/audit')
export class AdminAuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @Endpoint({
    access: permitted(auditPermissions.read),
    summary: 'Read the audit log, newest first',
    description: 'Rows are never changed and never deleted through the API. Refused attempts are rows as well.',
    returns: feed(AuditLogDto),
    errors: { 400: ['range_invalid'] },
  })
  listAuditLogs(@Actor() actor: Principal, @Query() query: AuditLogQueryDto): Promise<CursorPage<AuditLog>> {
    return this.audit.list(actor, query);
  }
}
