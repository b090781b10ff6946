import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Actor, type ApiKeyPrincipal } from '#libs/access';
import { Forwarding } from './forwarding.js';
import { GatewayService } from './gateway.service.js';
import { ModelCall } from './model-call.decorator.js';

/** Addresses that have no handler of their own. */
@ApiTags('Gateway')
@Controller('v1')
export class ForwardController {
  constructor(
    private readonly gateway: GatewayService,
    private readonly forwarding: Forwarding,
  ) {}

  @Post('*')
  @ModelCall({
    summary: "Any other address that the operator lets through to the model's provider",
    description: 'Which ones: `GATEWAY_FORWARDED_PATHS`. All others are not found.',
    example: {
      model: 'mistral-ocr-latest',
      document: { type: 'document_url', document_url: 'https://example.com/a.pdf' },
    },
  })
  forwardCall(
    @Actor() actor: ApiKeyPrincipal,
    @Param('*') path: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.gateway.call(actor, this.forwarding.read(path, request), request, reply);
  }
}
