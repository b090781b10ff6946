import { Module } from '@nestjs/common';
import { FederationModule } from '../federation/federation.module.js';
import { ProtectionModule } from '../protection/protection.module.js';
import { SignInModule } from '../sign-in.module.js';
import { DirectorySignIn } from './directory.sign-in.js';
import { EntryLockout } from './entry.lockout.js';
import { EntryUnlocking } from './entry.unlocking.js';
import { LdapDirectory } from './ldap.directory.js';

/** Signing in with the name and the password of a directory. */
@Module({
  imports: [FederationModule, ProtectionModule, SignInModule],
  providers: [DirectorySignIn, EntryLockout, EntryUnlocking, LdapDirectory],
  exports: [DirectorySignIn],
})
export class LdapModule {}
