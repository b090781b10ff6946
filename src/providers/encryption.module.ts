import { Module } from '@nestjs/common';
import { CryptoModule } from '#libs/crypto';
import { EncryptionRotation } from './encryption.rotation.js';
import { ProviderKeysRepository } from './provider-keys.repository.js';

/** What a change of the encryption key needs, without the pool and its connections. */
@Module({
  imports: [CryptoModule],
  providers: [EncryptionRotation, ProviderKeysRepository],
  exports: [CryptoModule, EncryptionRotation, ProviderKeysRepository],
})
export class EncryptionModule {}
