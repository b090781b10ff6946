import { Global, Module } from '@nestjs/common';
import type { ConfigOf } from '#libs/config';
import { UnitOfWork } from '#libs/database';
import { ChangeFeed } from '#libs/events';
import { Clock } from '#libs/kernel';
import { configuredBox, configuredHashKeys, configuredSealKeys } from './configured.js';
import { encryptionConfig } from './encryption.config.js';
import { KeyedHashes } from './keyed-hash.js';
import { KeyRing } from './ring/key-ring.js';
import { RingKeysRepository } from './ring/ring-keys.repository.js';
import { SealedBox } from './sealed-box.js';

type Keys = ConfigOf<typeof encryptionConfig>;

/**
 * What features keep secrets with: the sealed box for those that are used again, keyed hashes for those that are only
 * verified. Their keys come from the ring; what the key of the configuration made before there was a ring is still read.
 */
@Global()
@Module({
  providers: [
    RingKeysRepository,
    {
      provide: KeyRing,
      inject: [encryptionConfig.token, RingKeysRepository, UnitOfWork, Clock, ChangeFeed],
      useFactory: (keys: Keys, ...parts: [RingKeysRepository, UnitOfWork, Clock, ChangeFeed]): Promise<KeyRing> =>
        KeyRing.open(configuredBox(keys), ...parts),
    },
    {
      provide: SealedBox,
      inject: [KeyRing, encryptionConfig.token],
      useFactory: (ring: KeyRing, keys: Keys) => new SealedBox(ring.source('seal', configuredSealKeys(keys))),
    },
    {
      provide: KeyedHashes,
      inject: [KeyRing, encryptionConfig.token],
      useFactory: (ring: KeyRing, keys: Keys) => new KeyedHashes(ring.source('hash', configuredHashKeys(keys))),
    },
  ],
  exports: [KeyRing, SealedBox, KeyedHashes],
})
export class CryptoModule {}
