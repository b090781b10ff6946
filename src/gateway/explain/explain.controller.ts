import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, type Principal, SIGNED_IN } from '#libs/access';
import { Endpoint, one } from '#libs/http';
import { ExplainCallDto } from '../dto/explain.request.dto.js';
import { ExplanationDto } from '../dto/explain.response.dto.js';
import { ExplainService } from './explain.service.js';

/** Tells people what would become of a call. */
@ApiTags('Gateway')
@Controller('api/v1/gateway')
export class ExplainController {
  constructor(private readonly explanations: ExplainService) {}

  @Post('explain')
  @Endpoint({
    access: SIGNED_IN,
    summary: 'Explain what would become of a chat, without a call',
    description:
      'Whether an API key may make the call, which rule refuses it, what would be held for it and what it can cost. Own keys; administrators: any. Nothing is sent, counted or held.',
    status: 200,
    returns: one(ExplanationDto),
    errors: { 400: ['api_key_unnamed', 'model_request_malformed'], 404: ['api_key_not_found'] },
  })
  explainCall(@Actor() actor: Principal, @Body() wish: ExplainCallDto): Promise<ExplanationDto> {
    return this.explanations.explain(actor, wish);
  }
}
