import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Actor, API_KEY, type ApiKeyPrincipal } from '#libs/access';
import { Endpoint, type EndpointOptions } from '#libs/http';
import { GatewayService } from './gateway.service.js';
import { readCall } from './incoming.call.js';
import { ModelList } from './model.list.js';

const JSON_OR_STREAM = {
  description: "The provider's answer, in OpenAI's wire format.",
  contentType: 'application/json',
};
const CALL: Omit<EndpointOptions, 'summary'> = {
  access: API_KEY,
  raw: JSON_OR_STREAM,
  rawBody: true,
  errors: {
    400: ['model_request_malformed', 'conflicting_api_keys'],
    403: ['model_not_allowed', 'subscription_required'],
    404: ['model_unavailable'],
    413: ['body_too_large'],
    502: ['upstream_unreachable', 'upstream_failed', 'upstream_credentials_refused'],
    503: ['no_upstream_available', 'database_unavailable'],
    504: ['upstream_timeout'],
  },
};
const chat = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello' }] };
const body = (example: object): MethodDecorator =>
  ApiBody({
    schema: {
      type: 'object',
      required: ['model'],
      properties: { model: { type: 'string' } },
      additionalProperties: true,
      example,
    },
  });

/** The second face: programs call models here, in OpenAI's wire format. */
@ApiTags('Gateway')
@Controller('v1')
export class GatewayController {
  constructor(
    private readonly gateway: GatewayService,
    private readonly models: ModelList,
  ) {}

  @Post('chat/completions')
  @Endpoint({ ...CALL, summary: 'Chat, whole or as a stream of events' })
  @body(chat)
  createChatCompletion(
    @Actor() actor: ApiKeyPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.gateway.call(actor, readCall('chat.completions', request), request, reply);
  }

  @Post('completions')
  @Endpoint({ ...CALL, summary: 'Complete a text' })
  @body({ model: 'gpt-3.5-turbo-instruct', prompt: 'Once upon a time' })
  createCompletion(
    @Actor() actor: ApiKeyPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.gateway.call(actor, readCall('completions', request), request, reply);
  }

  @Post('embeddings')
  @Endpoint({ ...CALL, summary: 'Embed texts' })
  @body({ model: 'text-embedding-3-small', input: 'Hello' })
  createEmbedding(
    @Actor() actor: ApiKeyPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.gateway.call(actor, readCall('embeddings', request), request, reply);
  }

  @Get('models')
  @Endpoint({ access: API_KEY, raw: JSON_OR_STREAM, summary: 'The models that the API key may call' })
  listGatewayModels(@Actor() actor: ApiKeyPrincipal): Promise<object> {
    return this.models.list(actor);
  }

  @Get('models/*')
  @Endpoint({
    access: API_KEY,
    raw: JSON_OR_STREAM,
    summary: 'One model that the API key may call',
    errors: { 404: ['model_unavailable'] },
  })
  getGatewayModel(@Actor() actor: ApiKeyPrincipal, @Param('*') id: string): Promise<object> {
    return this.models.get(actor, id);
  }
}
