import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountDeletion } from './account.deletion.js';
import { ConsentEntity } from './consents/consent.entity.js';
import { ConsentsController } from './consents/consents.controller.js';
import { ConsentsRepository } from './consents/consents.repository.js';
import { ConsentsService } from './consents/consents.service.js';
import { DataExport } from './data.export.js';
import { OwnDataController } from './own-data.controller.js';
import { OwnDataService } from './own-data.service.js';
import { PersonalDataRepository } from './personal-data.repository.js';
import { PrivacyRepository } from './privacy.repository.js';
import { AdminRetentionController } from './retention/admin-retention.controller.js';
import { RetentionJobs } from './retention/retention.jobs.js';
import { RetentionService } from './retention/retention.service.js';
import { UnverifiedAccounts } from './retention/unverified.accounts.js';

/** What people may ask of whoever keeps data of them: to see it, to have it deleted, and to take consent back. */
@Module({
  imports: [UsersModule, AuthModule, TypeOrmModule.forFeature([ConsentEntity])],
  controllers: [OwnDataController, ConsentsController, AdminRetentionController],
  providers: [
    AccountDeletion,
    ConsentsRepository,
    ConsentsService,
    DataExport,
    OwnDataService,
    PersonalDataRepository,
    PrivacyRepository,
    RetentionJobs,
    RetentionService,
    UnverifiedAccounts,
  ],
  exports: [AccountDeletion],
})
export class PrivacyModule {}
