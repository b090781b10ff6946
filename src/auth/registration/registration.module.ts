import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { type ConfigOf, InjectConfig, PublicConfig } from '#libs/config';
import { UsersModule } from '../../users/users.module.js';
import { authConfig } from '../auth.config.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { SignInModule } from '../sign-in.module.js';
import { AdminInvitationsController } from './admin-invitations.controller.js';
import { InvitationCheck } from './invitation.check.js';
import { InvitationEntity } from './invitation.entity.js';
import { InvitationLetters } from './invitation.letters.js';
import { InvitationSealer } from './invitation.sealer.js';
import { InvitationsJobs } from './invitations.jobs.js';
import { InvitationsRepository } from './invitations.repository.js';
import { InvitationsService } from './invitations.service.js';
import { NewAccounts } from './new.accounts.js';
import { RegistrationGates } from './registration.gates.js';
import { RegistrationService } from './registration.service.js';
import { RepeatedRegistrations } from './repeated.registrations.js';

/** How people get an account of their own: by themselves, or invited. */
@Module({
  imports: [UsersModule, PasswordsModule, SignInModule, TypeOrmModule.forFeature([InvitationEntity])],
  controllers: [AdminInvitationsController],
  providers: [
    InvitationCheck,
    InvitationLetters,
    InvitationSealer,
    InvitationsJobs,
    InvitationsRepository,
    InvitationsService,
    NewAccounts,
    RegistrationGates,
    RegistrationService,
    RepeatedRegistrations,
  ],
  exports: [RegistrationService],
})
export class RegistrationModule {
  constructor(facts: PublicConfig, @InjectConfig(authConfig) { allowRegistration }: ConfigOf<typeof authConfig>) {
    facts.contribute({ registrationOpen: allowRegistration });
  }
}
