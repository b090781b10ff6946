import { Module } from '@nestjs/common';
import { UsersModule } from '../../users/users.module.js';
import { ProtectionModule } from '../protection/protection.module.js';
import { SignInModule } from '../sign-in.module.js';
import { AdminMfaDuty } from './admin-mfa.duty.js';
import { BackupCodeRenewal } from './backup-code.renewal.js';
import { BackupCodes } from './backup.codes.js';
import { BackupCodesRepository } from './backup-codes.repository.js';
import { CodeCheck } from './code.check.js';
import { FactorChange } from './factor.change.js';
import { MfaController } from './mfa.controller.js';
import { MfaRemoval } from './mfa.removal.js';
import { MfaSetup } from './mfa.setup.js';
import { MfaStatus } from './mfa.status.js';
import { OneTimeCodes } from './one-time.codes.js';
import { OwnProof } from './own.proof.js';
import { ReclaimedFactors } from './reclaimed.factors.js';
import { TotpFactor } from './totp.factor.js';
import { TotpRepository } from './totp.repository.js';

/** Second factors: codes of an authenticator app, and the backup codes that stand in for a factor that is lost. */
@Module({
  imports: [UsersModule, ProtectionModule, SignInModule],
  controllers: [MfaController],
  providers: [
    AdminMfaDuty,
    BackupCodeRenewal,
    BackupCodes,
    BackupCodesRepository,
    CodeCheck,
    FactorChange,
    MfaRemoval,
    MfaSetup,
    MfaStatus,
    OneTimeCodes,
    OwnProof,
    ReclaimedFactors,
    TotpFactor,
    TotpRepository,
  ],
  exports: [BackupCodes, CodeCheck, FactorChange, OwnProof, TotpFactor],
})
export class MfaModule {}
