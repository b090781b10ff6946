import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import { Endpoint, feed, one } from '#libs/http';
import type { CursorPage } from '#libs/kernel';
import { UsageLogQueryDto, UsageSummaryQueryDto } from './dto/usage.request.dto.js';
import { BudgetDto } from './dto/budget.response.dto.js';
import { UsageLogDto, UsageSummaryDto } from './dto/usage.response.dto.js';
import type { UsageEventEntity } from './usage-event.entity.js';
import { usagePermissions } from './usage.permissions.js';
import { type BudgetView, UsageService, type UsageSummary } from './usage.service.js';

@ApiTags('Usage')
@Controller('api/v1/usage')
export class UsageController {
  constructor(private readonly usage: UsageService) {}

  @Get('summary')
  @Endpoint({
    access: permitted(usagePermissions.read),
    summary: 'Sum up usage and cost',
    description: 'The last 30 days unless a range is given. Costs are exact.',
    returns: one(UsageSummaryDto),
    errors: { 400: ['range_invalid'] },
  })
  getUsageSummary(@Actor() actor: Principal, @Query() query: UsageSummaryQueryDto): Promise<UsageSummary> {
    return this.usage.summarize(actor, query);
  }

  @Get('budget')
  @Endpoint({
    access: permitted(usagePermissions.read),
    summary: 'What you may still spend',
    description: 'The budget that administrators set for you, over all your API keys. Keys and teams have their own.',
    returns: one(BudgetDto),
  })
  getUsageBudget(@Actor() actor: Principal): Promise<BudgetView> {
    return this.usage.budget(actor);
  }

  @Get('logs')
  @Endpoint({
    access: permitted(usagePermissions.read),
    summary: 'Read single calls, newest first',
    returns: feed(UsageLogDto),
    errors: { 400: ['range_invalid'] },
  })
  listUsageLogs(@Actor() actor: Principal, @Query() query: UsageLogQueryDto): Promise<CursorPage<UsageEventEntity>> {
    return this.usage.listLogs(actor, query);
  }
}
