import { Module } from '@nestjs/common';
import { EncryptionRotation } from './encryption.rotation.js';
import { Resealing } from './resealing.js';
import { SealedRowsRepository } from './sealed-rows.repository.js';

/** The change of the key that everything is sealed with. */
@Module({
  providers: [EncryptionRotation, Resealing, SealedRowsRepository],
  exports: [EncryptionRotation],
})
export class EncryptionModule {}
