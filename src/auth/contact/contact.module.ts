import { Module } from '@nestjs/common';
import { UsersModule } from '../../users/users.module.js';
import { OneTimeLinksModule } from '../links/one-time-links.module.js';
import { ProtectionModule } from '../protection/protection.module.js';
import { SignInModule } from '../sign-in.module.js';
import { ContactController } from './contact.controller.js';
import { EmailChange } from './email.change.js';
import { EmailChangeConfirmation } from './email-change.confirmation.js';
import { EmailChangeLetters } from './email-change.letters.js';
import { PhoneCodes } from './phone.codes.js';
import { PhoneCodesJobs } from './phone-codes.jobs.js';
import { PhoneCodesRepository } from './phone-codes.repository.js';
import { PhoneVerification } from './phone.verification.js';

/** How people change by what they are reached. */
@Module({
  imports: [UsersModule, OneTimeLinksModule, ProtectionModule, SignInModule],
  controllers: [ContactController],
  providers: [
    EmailChange,
    EmailChangeConfirmation,
    EmailChangeLetters,
    PhoneCodes,
    PhoneCodesJobs,
    PhoneCodesRepository,
    PhoneVerification,
  ],
})
export class ContactModule {}
