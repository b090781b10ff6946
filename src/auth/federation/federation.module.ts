import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../../users/users.module.js';
import { SignInModule } from '../sign-in.module.js';
import { FederatedSignIn } from './federated-sign-in.js';
import { FlowsJobs } from './flows/flows.jobs.js';
import { SignInFlowEntity } from './flows/sign-in-flow.entity.js';
import { SignInFlows } from './flows/sign-in.flows.js';
import { SignInFlowsRepository } from './flows/sign-in-flows.repository.js';
import { IdentitiesRepository } from './identities/identities.repository.js';
import { IdentityEntity } from './identities/identity.entity.js';
import { IdentityProviders } from './identity-providers.js';

/** Signing in with the word of an identity provider: what all protocols have in common. */
@Module({
  imports: [UsersModule, SignInModule, TypeOrmModule.forFeature([IdentityEntity, SignInFlowEntity])],
  providers: [FederatedSignIn, FlowsJobs, IdentitiesRepository, IdentityProviders, SignInFlows, SignInFlowsRepository],
  exports: [FederatedSignIn, IdentityProviders, SignInFlows],
})
export class FederationModule {}
