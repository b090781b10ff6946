import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, type Principal, SIGNED_IN } from '#libs/access';
import { Endpoint, one } from '#libs/http';
import { CountTokensDto } from './dto/tokenizer.request.dto.js';
import { TokenCountDto } from './dto/tokenizer.response.dto.js';
import { TokenizerService } from './tokenizer.service.js';

/** Tells people how long a text is in a model's eyes. */
@ApiTags('Models')
@Controller('api/v1/tokenizer')
export class TokenizerController {
  constructor(private readonly tokenizer: TokenizerService) {}

  @Post()
  @Endpoint({
    access: SIGNED_IN,
    summary: 'Count the tokens of a text',
    status: 200,
    returns: one(TokenCountDto),
    errors: { 404: ['model_unavailable'] },
  })
  countTokens(
    @Actor() actor: Principal,
    @Body() text: CountTokensDto,
  ): Promise<{ model: string; tokens: number; estimated: boolean }> {
    return this.tokenizer.count(actor, text);
  }
}
