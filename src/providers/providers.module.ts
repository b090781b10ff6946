import { Module } from '@nestjs/common';
import { ProvidersRepository } from './providers.repository.js';
import { UpstreamPool } from './upstream.pool.js';

/** The upstream providers, their keys, and the client that speaks with them. */
@Module({ providers: [ProvidersRepository, UpstreamPool], exports: [UpstreamPool] })
export class ProvidersModule {}
