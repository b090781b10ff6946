import { Module } from '@nestjs/common';
import { UsersModule } from '../../users/users.module.js';
import { MfaModule } from '../mfa/mfa.module.js';
import { PasskeysModule } from '../passkeys/passkeys.module.js';
import { SignInModule } from '../sign-in.module.js';
import { AdminSecondFactorsController } from './admin-second-factors.controller.js';
import { FactorAdministration } from './factor.administration.js';
import { FactorRemoval } from './factor.removal.js';
import { MfaVerification } from './mfa.verification.js';
import { ProofsController } from './proofs.controller.js';
import { Reauthentication } from './reauthentication.js';
import { SecondProofs } from './second.proofs.js';

/** Proofs that come after the first one: to complete a sign-in, and to go on to what is sensitive. */
@Module({
  imports: [UsersModule, SignInModule, MfaModule, PasskeysModule],
  controllers: [AdminSecondFactorsController, ProofsController],
  providers: [FactorAdministration, FactorRemoval, MfaVerification, Reauthentication, SecondProofs],
})
export class ProofsModule {}
