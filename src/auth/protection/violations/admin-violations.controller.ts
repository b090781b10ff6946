import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import { Endpoint, page } from '#libs/http';
import type { Page } from '#libs/kernel';
import { ListViolationsQueryDto, ViolationDto } from '../../dto/violation.dto.js';
import type { ViolationEntity } from './violation.entity.js';
import { violationPermissions } from './violations.permissions.js';
import { ViolationsService } from './violations.service.js';

@ApiTags('Users')
@Controller('api/v1/admin/violations')
export class AdminViolationsController {
  constructor(private readonly violations: ViolationsService) {}

  @Get()
  @Endpoint({
    access: permitted(violationPermissions.read),
    summary: 'What people and networks did that they should not, the newest first',
    description: 'Kept for 90 days. Twenty points of one person within a day ban them for two hours.',
    returns: page(ViolationDto),
  })
  listViolations(@Actor() actor: Principal, @Query() query: ListViolationsQueryDto): Promise<Page<ViolationEntity>> {
    return this.violations.list(actor, query);
  }
}
