import { Global, Module } from '@nestjs/common';
import { configuredBox, configuredHashes } from './configured.js';
import { encryptionConfig } from './encryption.config.js';
import { KeyedHashes } from './keyed-hash.js';
import { SealedBox } from './sealed-box.js';

/**
 * What features keep secrets with: the sealed box for those that are used again, keyed hashes for those that are only
 * verified.
 */
@Global()
@Module({
  providers: [
    { provide: SealedBox, inject: [encryptionConfig.token], useFactory: configuredBox },
    { provide: KeyedHashes, inject: [encryptionConfig.token], useFactory: configuredHashes },
  ],
  exports: [SealedBox, KeyedHashes],
})
export class CryptoModule {}
