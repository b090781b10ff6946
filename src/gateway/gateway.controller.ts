import { Controller, Get, Headers, Param, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Actor, API_KEY, type ApiKeyPrincipal } from '#libs/access';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { Endpoint } from '#libs/http';
import { gatewayConfig } from './gateway.config.js';
import { GatewayService } from './gateway.service.js';
import { readCall } from './incoming.call.js';
import { ModelCall } from './model-call.decorator.js';
import { ModelList } from './model.list.js';

const LISTING = {
  description: 'In the format of OpenAI; in that of Anthropic where `anthropic-version` is sent.',
  contentType: 'application/json',
};

/** The second face: programs call models here, in OpenAI's wire format. */
@ApiTags('Gateway')
@Controller('v1')
export class GatewayController {
  constructor(
    private readonly gateway: GatewayService,
    private readonly models: ModelList,
    @InjectConfig(gatewayConfig) private readonly config: ConfigOf<typeof gatewayConfig>,
  ) {}

  @Post('chat/completions')
  @ModelCall({
    summary: 'Chat, whole or as a stream of events',
    example: { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello' }] },
  })
  createChatCompletion(
    @Actor() actor: ApiKeyPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.gateway.call(actor, readCall('chat.completions', request), request, reply);
  }

  @Post('completions')
  @ModelCall({
    summary: 'Complete a text',
    example: { model: 'gpt-3.5-turbo-instruct', prompt: 'Once upon a time' },
  })
  createCompletion(
    @Actor() actor: ApiKeyPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.gateway.call(actor, readCall('completions', request), request, reply);
  }

  @Post('embeddings')
  @ModelCall({ summary: 'Embed texts', example: { model: 'text-embedding-3-small', input: 'Hello' } })
  createEmbedding(
    @Actor() actor: ApiKeyPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.gateway.call(actor, readCall('embeddings', request), request, reply);
  }

  @Post('responses')
  @ModelCall({ summary: 'Make a response', example: { model: 'gpt-4o-mini', input: 'Hello' } })
  createResponse(
    @Actor() actor: ApiKeyPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.gateway.call(
      actor,
      readCall('responses', request, { toolCalls: this.config.toolCalls }),
      request,
      reply,
    );
  }

  @Post('moderations')
  @ModelCall({ summary: 'Classify content', example: { model: 'omni-moderation-latest', input: 'Hello' } })
  createModeration(
    @Actor() actor: ApiKeyPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.gateway.call(actor, readCall('moderations', request), request, reply);
  }

  @Post('rerank')
  @ModelCall({
    summary: 'Rank documents by a question',
    example: { model: 'rerank-v3.5', query: 'Where is the gate?', documents: ['At the weir.', 'Nowhere.'] },
  })
  createRanking(
    @Actor() actor: ApiKeyPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.gateway.call(actor, readCall('rerank', request), request, reply);
  }

  @Get('models')
  @Endpoint({ access: API_KEY, raw: LISTING, summary: 'The models that the API key may call' })
  listGatewayModels(
    @Actor() actor: ApiKeyPrincipal,
    @Headers('anthropic-version') anthropicVersion?: string,
  ): Promise<object> {
    return this.models.list(actor, anthropicVersion);
  }

  @Get('models/*')
  @Endpoint({
    access: API_KEY,
    raw: LISTING,
    summary: 'One model that the API key may call',
    errors: { 404: ['model_unavailable'] },
  })
  getGatewayModel(
    @Actor() actor: ApiKeyPrincipal,
    @Param('*') id: string,
    @Headers('anthropic-version') anthropicVersion?: string,
  ): Promise<object> {
    return this.models.get(actor, id, anthropicVersion);
  }
}
