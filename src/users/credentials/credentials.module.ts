import { Module } from '@nestjs/common';
import { CredentialsJobs } from './credentials.jobs.js';
import { CredentialsRepository } from './credentials.repository.js';
import { CredentialsService } from './credentials.service.js';
import { OwnProviderKeysController } from './own-provider-keys.controller.js';
import { ToolCredentialsController } from './tool-credentials.controller.js';

/** What people entrust to the house so that it can act for them. */
@Module({
  controllers: [OwnProviderKeysController, ToolCredentialsController],
  providers: [CredentialsService, CredentialsRepository, CredentialsJobs],
  exports: [CredentialsService],
})
export class CredentialsModule {}
