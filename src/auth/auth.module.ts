import { Module } from '@nestjs/common';
import { type ConfigOf, InjectConfig, PublicConfig } from '#libs/config';
import { UsersModule } from '../users/users.module.js';
import { authConfig } from './auth.config.js';
import { AuthController } from './auth.controller.js';
import { CliController } from './cli.controller.js';
import { CliSignInService } from './cli-sign-in.service.js';
import { DeviceModule } from './device/device.module.js';
import { ContactModule } from './contact/contact.module.js';
import { FederationModule } from './federation/federation.module.js';
import { LdapModule } from './ldap/ldap.module.js';
import { FirstAdministrator } from './first-administrator.js';
import { MfaModule } from './mfa/mfa.module.js';
import { MockSignInController } from './mock-sign-in.controller.js';
import { MockSignInService } from './mock-sign-in.service.js';
import { PasskeysModule } from './passkeys/passkeys.module.js';
import { PasswordsModule } from './passwords/passwords.module.js';
import { PersonalTokensModule } from './tokens/personal-tokens.module.js';
import { ProofsModule } from './proofs/proofs.module.js';
import { ProtectionModule } from './protection/protection.module.js';
import { PasswordSignIn } from './password.sign-in.js';
import { RecoveryModule } from './recovery/recovery.module.js';
import { RegistrationModule } from './registration/registration.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { SignInModule } from './sign-in.module.js';
import { SignInsModule } from './sign-ins/sign-ins.module.js';
import { SignInService } from './sign-in.service.js';

@Module({
  imports: [
    UsersModule,
    ContactModule,
    FederationModule,
    LdapModule,
    SessionsModule,
    MfaModule,
    PasskeysModule,
    PasswordsModule,
    ProofsModule,
    ProtectionModule,
    RecoveryModule,
    RegistrationModule,
    SignInModule,
    SignInsModule,
    PersonalTokensModule,
    DeviceModule,
  ],
  controllers: [AuthController, CliController, MockSignInController],
  providers: [CliSignInService, FirstAdministrator, MockSignInService, PasswordSignIn, SignInService],
  exports: [FederationModule, SessionsModule, PasswordsModule, ProtectionModule, FirstAdministrator],
})
export class AuthModule {
  constructor(facts: PublicConfig, @InjectConfig(authConfig) { mockAuth }: ConfigOf<typeof authConfig>) {
    facts.contribute({ loginMethods: mockAuth ? ['password', 'mock'] : ['password'] });
  }
}
