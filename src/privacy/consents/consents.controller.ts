import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, type Principal, SIGNED_IN } from '#libs/access';
import { Endpoint, feed, FeedQueryDto, IdParamDto, one } from '#libs/http';
import type { CursorPage } from '#libs/kernel';
import { GiveConsentDto } from '../dto/consent.request.dto.js';
import { ConsentDto } from '../dto/consent.response.dto.js';
import type { ConsentEntity } from './consent.entity.js';
import { ConsentsService } from './consents.service.js';

@ApiTags('Privacy')
@Controller('api/v1/privacy/consent')
export class ConsentsController {
  constructor(private readonly consents: ConsentsService) {}

  @Get()
  @Endpoint({
    access: SIGNED_IN,
    summary: 'What you agreed to, newest first',
    description: 'What you withdrew stays in the list.',
    returns: feed(ConsentDto),
  })
  listConsents(@Actor() actor: Principal, @Query() page: FeedQueryDto): Promise<CursorPage<ConsentEntity>> {
    return this.consents.list(actor, page);
  }

  @Post()
  @Endpoint({
    access: SIGNED_IN,
    summary: 'Agree to something',
    description: 'A new version of what you agreed to before takes its place.',
    status: 201,
    returns: one(ConsentDto),
    errors: { 409: ['consent_given'] },
  })
  giveConsent(@Actor() actor: Principal, @Body() consent: GiveConsentDto): Promise<ConsentEntity> {
    return this.consents.give(actor, consent);
  }

  @Post(':id/withdraw')
  @Endpoint({
    access: SIGNED_IN,
    summary: 'Agree no more',
    returns: one(ConsentDto),
    errors: { 404: ['consent_not_found'] },
  })
  withdrawConsent(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<ConsentEntity> {
    return this.consents.withdraw(actor, id);
  }
}
