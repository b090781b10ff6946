import { Module } from '@nestjs/common';
import { AdminTermsController } from './admin-terms.controller.js';
import { OwnTermsController } from './own-terms.controller.js';
import { TermsAcceptance } from './terms.acceptance.js';
import { TermsAdministration } from './terms.administration.js';
import { TermsRepository } from './terms.repository.js';
import { TermsSetting } from './terms.setting.js';

/** The terms of use, and who has accepted them. */
@Module({
  controllers: [AdminTermsController, OwnTermsController],
  providers: [TermsSetting, TermsAdministration, TermsAcceptance, TermsRepository],
})
export class TermsModule {}
