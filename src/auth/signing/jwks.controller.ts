import { Controller, Get, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { PUBLIC } from '#libs/access';
import { Endpoint } from '#libs/http';
import { type PublicJwk, SigningKeys } from './signing.keys.js';
import { PUBLISHED_SECONDS } from './signing.rotation.js';

@ApiTags('Auth')
@Controller('.well-known')
export class JwksController {
  constructor(private readonly keys: SigningKeys) {}

  @Get('jwks.json')
  @Endpoint({
    access: PUBLIC,
    summary: 'The public keys of access tokens',
    description: 'A JSON Web Key Set (RFC 7517). A new key stands here for minutes before it signs.',
    raw: { description: 'The key set.', contentType: 'application/jwk-set+json' },
  })
  getJwks(@Res({ passthrough: true }) reply: FastifyReply): { keys: PublicJwk[] } {
    return cacheable(reply, { keys: this.keys.published() });
  }
}

function cacheable<T>(reply: FastifyReply, keys: T): T {
  void reply
    .header('content-type', 'application/jwk-set+json')
    .header('cache-control', `public, max-age=${PUBLISHED_SECONDS}`);
  return keys;
}
