import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import type { UserAccount } from '../../users/user.directory.js';
import { AttemptLimits } from '../attempt.limits.js';
import { authErrors } from '../auth.errors.js';
import { FederatedSignIn } from '../federation/federated-sign-in.js';
import { IdentityProviders } from '../federation/identity-providers.js';
import type { ProvenIdentity } from '../federation/proven-identity.js';
import { PasswordCheck } from '../protection/password.check.js';
import type { Whence } from '../sessions/whence.decorator.js';
import type { Admission } from '../sign-in.gate.js';
import { EntryLockout } from './entry.lockout.js';
import { type EntryGuard, LdapDirectory } from './ldap.directory.js';

/** What somebody says at the door, and where they say it. */
export interface GivenCredentials extends Whence {
  /** An address or a name of the directory, in one form for all spellings. */
  readonly name: string;
  readonly password: string;
}

/** Lets people in with the name and the password of a directory. */
@Injectable()
export class DirectorySignIn {
  constructor(
    private readonly providers: IdentityProviders,
    private readonly directory: LdapDirectory,
    private readonly federated: FederatedSignIn,
    private readonly check: PasswordCheck,
    private readonly limits: AttemptLimits,
    private readonly entries: EntryLockout,
  ) {}

  get isPossible(): boolean {
    return this.providers.directories.length > 0;
  }

  /**
   * As much is hashed, counted and locked as for a password that is kept here, and refused in the same words: nobody
   * learns whom the directory knows, nor that there is one.
   *
   * @param account one of this address that has no password here
   * @throws DomainError invalid_credentials, account_locked, rate_limited, sign_in_busy,
   *   identity_provider_unavailable, and what admitting an identity throws
   */
  async signIn(actor: Principal, account: UserAccount | undefined, given: GivenCredentials): Promise<Admission> {
    const { name, password, network, mark } = given;
    if (await this.limits.countSignIn(network, name)) throw authErrors.rate_limited();
    let proven: ProvenIdentity | undefined;
    const nobody = account && { ...account, passwordHash: null };
    const right = await this.check.isRight(actor, nobody, {
      email: name,
      password,
      network,
      mark,
      elsewhere: async (isDeviceKnown) => {
        const guard: EntryGuard = isDeviceKnown
          ? (_entry, proof) => proof()
          : (entry, proof) => this.entries.attempt(actor, entry, proof);
        return (proven = await this.prove(name, password, guard)) !== undefined;
      },
    });
    if (!right || !proven) throw authErrors.invalid_credentials();
    return this.federated.admit(actor, proven);
  }

  /** The first directory that knows the name decides. */
  private async prove(username: string, password: string, guard: EntryGuard): Promise<ProvenIdentity | undefined> {
    for (const provider of this.providers.directories) {
      const answer = await this.directory.ask(provider, { username, password }, guard);
      if (answer.outcome === 'proven') return answer.identity;
      if (answer.outcome === 'wrong') return undefined;
    }
    return undefined;
  }
}
