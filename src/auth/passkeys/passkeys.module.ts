import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PublicConfig } from '#libs/config';
import { UsersModule } from '../../users/users.module.js';
import { MfaModule } from '../mfa/mfa.module.js';
import { ProtectionModule } from '../protection/protection.module.js';
import { SignInModule } from '../sign-in.module.js';
import { PasskeyAssertions } from './passkey.assertions.js';
import { PasskeyAttestations } from './passkey.attestations.js';
import { PasskeyCeremonies } from './passkey.ceremonies.js';
import { PasskeyCeremoniesRepository } from './passkey-ceremonies.repository.js';
import { PasskeyEntity } from './passkey.entity.js';
import { PasskeyKeeping } from './passkey.keeping.js';
import { PasskeyRegistration } from './passkey.registration.js';
import { PasskeysController } from './passkeys.controller.js';
import { PasskeySignInController } from './passkey-sign-in.controller.js';
import { PasskeySignInService } from './passkey-sign-in.service.js';
import { PasskeysRepository } from './passkeys.repository.js';
import { ReclaimedPasskeys } from './reclaimed.passkeys.js';
import { RelyingParty } from './relying.party.js';

/** Passkeys (WebAuthn Level 3): as the only proof of a sign-in, or as the second one. */
@Module({
  imports: [UsersModule, ProtectionModule, SignInModule, MfaModule, TypeOrmModule.forFeature([PasskeyEntity])],
  controllers: [PasskeysController, PasskeySignInController],
  providers: [
    PasskeyAssertions,
    PasskeyAttestations,
    PasskeyCeremonies,
    PasskeyCeremoniesRepository,
    PasskeyKeeping,
    PasskeyRegistration,
    PasskeySignInService,
    PasskeysRepository,
    ReclaimedPasskeys,
    RelyingParty,
  ],
  exports: [PasskeyAssertions, PasskeysRepository],
})
export class PasskeysModule {
  constructor(facts: PublicConfig) {
    facts.contribute({ features: { passkeys: true } });
  }
}
