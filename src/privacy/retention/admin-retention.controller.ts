import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import { Endpoint, one } from '#libs/http';
import { RetentionRunDto, RunRetentionDto } from '../dto/retention.dto.js';
import { privacyPermissions } from '../privacy.permissions.js';
import { type RetentionOutcome, RetentionService } from './retention.service.js';

@ApiTags('Privacy')
@Controller('api/v1/admin/retention')
export class AdminRetentionController {
  constructor(private readonly retention: RetentionService) {}

  @Post('run')
  @Endpoint({
    access: permitted(privacyPermissions.retain),
    summary: 'Delete what is of no use any more',
    description:
      'Only counts unless `dryRun` is false. A run deletes at most 100 rows; every day they are repeated by themselves until nothing is due.',
    returns: one(RetentionRunDto),
  })
  runRetention(@Actor() actor: Principal, @Body() { dryRun }: RunRetentionDto): Promise<RetentionOutcome> {
    return this.retention.run(actor, dryRun);
  }
}
