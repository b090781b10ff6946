import { Controller, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Actor, type ApiKeyPrincipal } from '#libs/access';
import { GatewayService } from './gateway.service.js';
import { readCall } from './incoming.call.js';
import { ModelCall } from './model-call.decorator.js';

const RECORDING = { model: 'whisper-1', file: 'recording.mp3' };

/** Pictures and sound, in OpenAI's wire format. */
@ApiTags('Gateway')
@Controller('v1')
export class MediaController {
  constructor(private readonly gateway: GatewayService) {}

  @Post('images/generations')
  @ModelCall({ summary: 'Draw pictures', example: { model: 'gpt-image-1', prompt: 'A sluice at dawn' } })
  createImage(
    @Actor() actor: ApiKeyPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.gateway.call(actor, readCall('images.generations', request), request, reply);
  }

  @Post('audio/speech')
  @ModelCall({
    summary: 'Speak a text',
    example: { model: 'tts-1', input: 'Hello', voice: 'alloy' },
    answers: 'application/octet-stream',
  })
  createSpeech(
    @Actor() actor: ApiKeyPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.gateway.call(actor, readCall('audio.speech', request), request, reply);
  }

  @Post('audio/transcriptions')
  @ModelCall({ summary: 'Write down a recording', example: RECORDING, isForm: true })
  createTranscription(
    @Actor() actor: ApiKeyPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.gateway.call(actor, readCall('audio.transcriptions', request), request, reply);
  }

  @Post('audio/translations')
  @ModelCall({ summary: 'Write down a recording in English', example: RECORDING, isForm: true })
  createTranslation(
    @Actor() actor: ApiKeyPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.gateway.call(actor, readCall('audio.translations', request), request, reply);
  }
}
