import { Controller, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Actor, type ApiKeyPrincipal } from '#libs/access';
import { GatewayService } from './gateway.service.js';
import { readCall } from './incoming.call.js';
import { ModelCall } from './model-call.decorator.js';

const MESSAGES = [{ role: 'user', content: 'Hello' }];

/** Anthropic's wire format, its errors included. The API key may come as `x-api-key`. */
@ApiTags('Gateway')
@Controller('v1/messages')
export class MessagesController {
  constructor(private readonly gateway: GatewayService) {}

  @Post()
  @ModelCall({
    summary: 'Chat in the format of Anthropic, whole or as a stream of events',
    example: { model: 'claude-sonnet-4-5', max_tokens: 256, messages: MESSAGES },
  })
  createMessage(
    @Actor() actor: ApiKeyPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.gateway.call(actor, readCall('messages', request), request, reply);
  }

  @Post('count_tokens')
  @ModelCall({
    summary: 'Count the tokens of a message before it is sent',
    description: 'Free of charge. Models of providers that do not count are counted for here, which is an estimate.',
    example: { model: 'claude-sonnet-4-5', messages: MESSAGES },
  })
  countMessageTokens(
    @Actor() actor: ApiKeyPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.gateway.call(actor, readCall('messages.count_tokens', request), request, reply);
  }
}
