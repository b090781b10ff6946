import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import { Endpoint, one } from '#libs/http';
import { ReRateDto } from '../dto/re-rating.request.dto.js';
import { ReRatingDto } from '../dto/re-rating.response.dto.js';
import { usagePermissions } from '../usage.permissions.js';
import { type ReRating, ReRatingService } from './re-rating.service.js';

@ApiTags('Usage')
@Controller('api/v1/admin/usage')
export class AdminUsageController {
  constructor(private readonly reRating: ReRatingService) {}

  @Post('re-rate')
  @Endpoint({
    access: permitted(usagePermissions['re-rate']),
    summary: 'Rate the calls of a period again',
    description:
      'Shows the difference and books it as corrections that stand beside the rows of the ledger; the rows never change. Doing it again books nothing more.',
    status: 200,
    returns: one(ReRatingDto),
    errors: { 400: ['range_invalid', 're_rating_too_long'] },
  })
  reRateUsage(@Actor() actor: Principal, @Body() body: ReRateDto): Promise<ReRating> {
    return this.reRating.reRate(actor, body);
  }
}
