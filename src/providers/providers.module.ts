import { Module } from '@nestjs/common';
import type { ConfigOf } from '#libs/config';
import { CryptoModule } from '#libs/crypto';
import { UpstreamClient } from '#libs/upstream';
import { AdminProviderKeysController } from './admin-provider-keys.controller.js';
import { AdminProvidersController } from './admin-providers.controller.js';
import { KeyCare } from './key.care.js';
import { KeyImport } from './key.import.js';
import { KeyProbe } from './key.probe.js';
import { KeyReader } from './key.reader.js';
import { KeySealer } from './key.sealer.js';
import { KeyStateSync } from './key-state.sync.js';
import { KeyStatesRepository } from './key-states.repository.js';
import { PoolChange } from './pool.change.js';
import { PoolLife } from './pool.life.js';
import { PoolRegistry, PoolTables } from './pool.registry.js';
import { PoolWatch } from './pool.watch.js';
import { ProviderKeysService } from './provider-keys.service.js';
import { providersConfig } from './providers.config.js';
import { ProviderKeysRepository } from './provider-keys.repository.js';
import { ProvidersJobs } from './providers.jobs.js';
import { ProvidersRepository } from './providers.repository.js';
import { ProvidersService } from './providers.service.js';
import { UpstreamDispatcher } from './upstream.dispatcher.js';
import { UpstreamPool } from './upstream.pool.js';

/** The upstream providers, the pool of their keys, and the client that speaks with them. */
@Module({
  imports: [CryptoModule],
  controllers: [AdminProvidersController, AdminProviderKeysController],
  providers: [
    {
      provide: UpstreamClient,
      inject: [providersConfig.token],
      useFactory: ({ maxConnections, connectTimeoutSeconds }: ConfigOf<typeof providersConfig>) =>
        new UpstreamClient({ maxConnections, connectTimeoutMs: connectTimeoutSeconds * 1_000 }),
    },
    KeyCare,
    KeyImport,
    KeyProbe,
    KeyReader,
    KeySealer,
    KeyStateSync,
    KeyStatesRepository,
    PoolChange,
    PoolLife,
    PoolRegistry,
    PoolTables,
    PoolWatch,
    ProviderKeysRepository,
    ProviderKeysService,
    ProvidersJobs,
    ProvidersRepository,
    ProvidersService,
    UpstreamDispatcher,
    UpstreamPool,
  ],
  exports: [UpstreamPool],
})
export class ProvidersModule {}
