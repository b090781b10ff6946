import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, bySession, type Principal, recently, SIGNED_IN } from '#libs/access';
import { Endpoint, IdParamDto, one, page, PageQueryDto } from '#libs/http';
import type { Page } from '#libs/kernel';
import { CreatePersonalTokenDto, IssuedPersonalTokenDto, PersonalTokenDto } from './dto/personal-token.dto.js';
import type { PersonalTokenEntity } from './personal-token.entity.js';
import { type IssuedPersonalToken, PersonalTokensService } from './personal-tokens.service.js';

@ApiTags('Auth')
@Controller('api/v1/auth/tokens')
export class PersonalTokensController {
  constructor(private readonly tokens: PersonalTokensService) {}

  @Post()
  @Endpoint({
    access: recently(bySession(SIGNED_IN), 'identity'),
    summary: 'Make a personal access token',
    description:
      'For programs that act for you on the control plane. The answer holds its value, which is not shown again.',
    status: 201,
    returns: one(IssuedPersonalTokenDto),
    errors: { 400: ['personal_token_expiry_invalid'], 409: ['personal_tokens_too_many'] },
  })
  createPersonalToken(@Actor() actor: Principal, @Body() wish: CreatePersonalTokenDto): Promise<IssuedPersonalToken> {
    return this.tokens.create(actor, wish);
  }

  @Get()
  @Endpoint({
    access: SIGNED_IN,
    summary: 'List your personal access tokens, newest first',
    returns: page(PersonalTokenDto),
  })
  listPersonalTokens(@Actor() actor: Principal, @Query() query: PageQueryDto): Promise<Page<PersonalTokenEntity>> {
    return this.tokens.list(actor, query);
  }

  @Delete(':id')
  @Endpoint({
    access: bySession(SIGNED_IN),
    summary: 'End one of your personal access tokens',
    description: 'It is refused at once.',
    errors: { 404: ['personal_token_not_found'] },
  })
  endPersonalToken(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<void> {
    return this.tokens.end(actor, id).then(() => undefined);
  }
}
