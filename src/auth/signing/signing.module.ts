import { Module } from '@nestjs/common';
import { AdminSigningKeysController } from './admin-signing-keys.controller.js';
import { JwksController } from './jwks.controller.js';
import { SigningKeys } from './signing.keys.js';
import { SigningRotation } from './signing.rotation.js';

/** The keys that access tokens are signed with. */
@Module({
  controllers: [JwksController, AdminSigningKeysController],
  providers: [SigningKeys, SigningRotation],
  exports: [SigningKeys],
})
export class SigningModule {}
