import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../../users/users.module.js';
import { SignInModule } from '../sign-in.module.js';
import { AnswerJudge } from './answer.judge.js';
import { Arrival } from './arrival.js';
import { Departure } from './departure.js';
import { FederatedSignIn } from './federated-sign-in.js';
import { FlowsJobs } from './flows/flows.jobs.js';
import { SignInFlowEntity } from './flows/sign-in-flow.entity.js';
import { SignInFlows } from './flows/sign-in.flows.js';
import { SignInFlowsRepository } from './flows/sign-in-flows.repository.js';
import { GroupLeavers } from './group.leavers.js';
import { BackChannelController } from './http/back-channel.controller.js';
import { BrowserCookie } from './http/browser.cookie.js';
import { FederationController } from './http/federation.controller.js';
import { FederationDesk } from './http/federation.desk.js';
import { IdentitiesController } from './http/identities.controller.js';
import { SamlController } from './http/saml.controller.js';
import { SignInReply } from './http/sign-in.reply.js';
import { IdentitiesRepository } from './identities/identities.repository.js';
import { IdentitiesService } from './identities/identities.service.js';
import { IdentityEntity } from './identities/identity.entity.js';
import { KnownIdentities } from './identities/known.identities.js';
import { LinkingSessions } from './identities/linking.sessions.js';
import { ProvisionedIdentities } from './identities/provisioned.identities.js';
import { ReclaimedIdentities } from './identities/reclaimed.identities.js';
import { IdentityProviders } from './identity-providers.js';
import { OAuthProtocol } from './oauth/oauth.protocol.js';
import { BackChannelLogout } from './oidc/back-channel.logout.js';
import { OidcProtocol } from './oidc/oidc.protocol.js';
import { ProviderMetadata } from './oidc/provider.metadata.js';
import { Protocols } from './protocols.js';
import { ProviderHttp } from './provider.http.js';
import { SamlMetadata } from './saml/saml.metadata.js';
import { SamlModule } from './saml/saml.module.js';
import { SignInAddresses } from './sign-in.addresses.js';

/** Signing in with the word of an identity provider. */
@Module({
  imports: [UsersModule, SignInModule, SamlModule, TypeOrmModule.forFeature([IdentityEntity, SignInFlowEntity])],
  controllers: [BackChannelController, FederationController, IdentitiesController, SamlController],
  providers: [
    AnswerJudge,
    Arrival,
    BackChannelLogout,
    BrowserCookie,
    Departure,
    FederatedSignIn,
    FederationDesk,
    FlowsJobs,
    GroupLeavers,
    IdentitiesRepository,
    IdentitiesService,
    IdentityProviders,
    KnownIdentities,
    LinkingSessions,
    OAuthProtocol,
    OidcProtocol,
    Protocols,
    ProviderHttp,
    ProvisionedIdentities,
    ProviderMetadata,
    ReclaimedIdentities,
    SamlMetadata,
    SignInAddresses,
    SignInFlows,
    SignInFlowsRepository,
    SignInReply,
  ],
  exports: [
    FederatedSignIn,
    IdentitiesRepository,
    IdentityProviders,
    KnownIdentities,
    ProvisionedIdentities,
    SignInFlows,
  ],
})
export class FederationModule {}
