import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, bySession, despite, DUTIES, type Principal, SIGNED_IN } from '#libs/access';
import { Endpoint, one } from '#libs/http';
import { FromWhere, type Whence } from '../auth/sessions/whence.decorator.js';
import type { Deletion } from './account.deletion.js';
import type { ExportedData } from './data.export.js';
import { OwnerProofDto } from './dto/own-data.request.dto.js';
import { DataExportDto, DeletionDto } from './dto/own-data.response.dto.js';
import { OwnDataService } from './own-data.service.js';

@ApiTags('Privacy')
@Controller('api/auth')
export class OwnDataController {
  constructor(private readonly own: OwnDataService) {}

  @Post('export-data')
  @Endpoint({
    access: bySession(despite(SIGNED_IN, ...DUTIES)),
    summary: 'Export everything that is kept of you',
    description: 'Once in seven days. Keys are masked; of each kind the newest 10,000 are there.',
    returns: one(DataExportDto),
    errors: {
      400: ['password_required', 'wrong_password'],
      403: ['recent_auth_required'],
      423: ['account_locked'],
      429: ['export_too_soon', 'rate_limited'],
      503: ['sign_in_busy'],
    },
  })
  exportOwnData(
    @Actor() actor: Principal,
    @Body() { password }: OwnerProofDto,
    @FromWhere() whence: Whence,
  ): Promise<ExportedData> {
    return this.own.export(actor, password, whence);
  }

  @Post('delete-account')
  @Endpoint({
    access: bySession(despite(SIGNED_IN, ...DUTIES)),
    summary: 'Delete your account',
    description:
      'At once and for good: sessions and API keys are refused from now on. Teams that you alone own pass to their longest-standing member. What calls cost stays in the books, without your name.',
    status: 202,
    returns: one(DeletionDto),
    errors: {
      400: ['password_required', 'wrong_password'],
      403: ['recent_auth_required'],
      409: ['last_administrator_needed', 'team_needs_owner'],
      423: ['account_locked'],
      429: ['rate_limited'],
      503: ['sign_in_busy'],
    },
  })
  deleteOwnAccount(
    @Actor() actor: Principal,
    @Body() { password }: OwnerProofDto,
    @FromWhere() whence: Whence,
  ): Promise<Deletion> {
    return this.own.deleteAccount(actor, password, whence);
  }
}
