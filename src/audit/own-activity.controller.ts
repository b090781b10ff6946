import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, type Principal, SIGNED_IN } from '#libs/access';
import { Endpoint, feed } from '#libs/http';
import type { CursorPage } from '#libs/kernel';
import type { AuditLog } from './audit-log.entity.js';
import { AuditService } from './audit.service.js';
import { ActivityQueryDto } from './dto/activity.request.dto.js';
import { ActivityDto } from './dto/activity.response.dto.js';

/** What the log says of whoever asks. It lives here because nobody but this feature reads the log. */
@ApiTags('Users')
@Controller('api/v1/users/me/activity')
export class OwnActivityController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @Endpoint({
    access: SIGNED_IN,
    summary: 'What you did, newest first',
    description: 'From the audit log, refused attempts included. What others did to your account is not part of it.',
    returns: feed(ActivityDto),
  })
  listMyActivity(@Actor() actor: Principal, @Query() page: ActivityQueryDto): Promise<CursorPage<AuditLog>> {
    return this.audit.listOwn(actor, page);
  }
}
