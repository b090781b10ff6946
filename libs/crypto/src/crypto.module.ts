import { Global, Module } from '@nestjs/common';
import type { ConfigOf } from '#libs/config';
import { encryptionConfig, formerKeys } from './encryption.config.js';
import { type HashKey, KeyedHashes } from './keyed-hash.js';
import { SealedBox } from './sealed-box.js';
import { deriveKey } from './tokens.js';

/**
 * What features keep secrets with: the sealed box for those that are used again, keyed hashes for those that are only
 * verified.
 */
@Global()
@Module({
  providers: [
    {
      provide: SealedBox,
      inject: [encryptionConfig.token],
      useFactory: ({ key, oldKeys }: ConfigOf<typeof encryptionConfig>) => new SealedBox(key, formerKeys(oldKeys)),
    },
    {
      provide: KeyedHashes,
      inject: [encryptionConfig.token],
      useFactory: ({ key, oldKeys }: ConfigOf<typeof encryptionConfig>) => {
        const former = formerKeys(oldKeys).map(hashKeyOf);
        return new KeyedHashes(() => [hashKeyOf(key), ...former]);
      },
    },
  ],
  exports: [SealedBox, KeyedHashes],
})
export class CryptoModule {}

function hashKeyOf(secret: string): HashKey {
  return { id: Buffer.from(deriveKey(secret, 'keyed-hash-key-id')).toString('hex', 0, 8), secret };
}
