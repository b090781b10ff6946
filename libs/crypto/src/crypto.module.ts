import { Module } from '@nestjs/common';
import type { ConfigOf } from '#libs/config';
import { encryptionConfig, formerKeys } from './encryption.config.js';
import { SealedBox } from './sealed-box.js';

/** The sealed box with the keys of the configuration, for features that keep secrets to use them again. */
@Module({
  providers: [
    {
      provide: SealedBox,
      inject: [encryptionConfig.token],
      useFactory: ({ key, oldKeys }: ConfigOf<typeof encryptionConfig>) => new SealedBox(key, formerKeys(oldKeys)),
    },
  ],
  exports: [SealedBox],
})
export class CryptoModule {}
