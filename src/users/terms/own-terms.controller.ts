import { Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, despite, DUTIES, type Principal, SIGNED_IN } from '#libs/access';
import { Endpoint, one } from '#libs/http';
import { AcceptTermsQueryDto } from '../dto/terms.request.dto.js';
import { OwnTermsDto } from '../dto/terms.response.dto.js';
import { type OwnTerms, TermsAcceptance } from './terms.acceptance.js';

@ApiTags('Users')
@Controller('api/v1/users/me/terms')
export class OwnTermsController {
  constructor(private readonly terms: TermsAcceptance) {}

  @Get()
  @Endpoint({
    access: despite(SIGNED_IN, ...DUTIES),
    summary: 'The terms of use, and whether you have accepted them',
    returns: one(OwnTermsDto),
  })
  getMyTerms(@Actor() actor: Principal): Promise<OwnTerms> {
    return this.terms.show(actor);
  }

  @Post('accept')
  @Endpoint({
    access: despite(SIGNED_IN, ...DUTIES),
    summary: 'Accept the terms of use',
    description: 'What you accepted is kept with its version and the time.',
    returns: one(OwnTermsDto),
    errors: { 404: ['terms_not_set'], 409: ['terms_changed'] },
  })
  acceptTerms(@Actor() actor: Principal, @Query() { version }: AcceptTermsQueryDto): Promise<OwnTerms> {
    return this.terms.accept(actor, version);
  }
}
