import { Body, Controller, Get, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal, recently } from '#libs/access';
import { Endpoint, one } from '#libs/http';
import { SetTermsDto } from '../dto/terms.request.dto.js';
import { TermsDto, TermsResetDto } from '../dto/terms.response.dto.js';
import { TermsAdministration } from './terms.administration.js';
import { termsPermissions } from './terms.permissions.js';
import type { Terms } from './terms.setting.js';

@ApiTags('Configuration')
@Controller('api/v1/admin')
export class AdminTermsController {
  constructor(private readonly terms: TermsAdministration) {}

  @Get('settings/terms')
  @Endpoint({
    access: permitted(termsPermissions.read),
    summary: 'The terms of use as they are set',
    returns: one(TermsDto),
  })
  getTerms(@Actor() actor: Principal): Promise<Terms> {
    return this.terms.get(actor);
  }

  @Put('settings/terms')
  @Endpoint({
    access: recently(permitted(termsPermissions.write), 'administration'),
    summary: 'Set the terms of use',
    description:
      'Where they are required, whoever has not accepted this version can do nothing but read and accept them, on every replica. API keys go on working.',
    returns: one(TermsDto),
  })
  setTerms(@Actor() actor: Principal, @Body() wish: SetTermsDto): Promise<Terms> {
    return this.terms.set(actor, wish);
  }

  @Post('terms/reset')
  @Endpoint({
    access: recently(permitted(termsPermissions.write), 'administration'),
    summary: 'Ask everybody for the terms of use anew',
    description: 'Also whoever asks. What was accepted before stays on record.',
    returns: one(TermsResetDto),
  })
  resetTerms(@Actor() actor: Principal): Promise<TermsResetDto> {
    return this.terms.reset(actor);
  }
}
