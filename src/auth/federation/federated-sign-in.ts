import { Injectable } from '@nestjs/common';
import { type Principal, SYSTEM, type UserPrincipal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { canonicalEmail, DomainError } from '#libs/kernel';
import { AccountStanding } from '../../users/account.standing.js';
import { type UserAccount, UserDirectory } from '../../users/user.directory.js';
import { FederatedSignInRefused, LastAdministratorKept } from '../events/federation.events.js';
import { type Admission, SignInGate } from '../sign-in.gate.js';
import { methodsOf } from './authentication.methods.js';
import { federationErrors } from './federation.errors.js';
import { mappedRole, requireGroup } from './group.rules.js';
import { KnownIdentities } from './identities/known.identities.js';
import { emailOf, nameOf } from './new-account.js';
import type { ProvenIdentity } from './proven-identity.js';

/**
 * Finds or makes the account of somebody whose identity a provider proved, whatever the protocol. An identity is an
 * issuer and a subject; an e-mail address, which people change and providers give away again, leads to no account.
 */
@Injectable()
export class FederatedSignIn {
  constructor(
    private readonly users: UserDirectory,
    private readonly standing: AccountStanding,
    private readonly identities: KnownIdentities,
    private readonly gate: SignInGate,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /**
   * Lets somebody in. Their role follows their groups, down as well as up.
   *
   * @throws DomainError required_group_missing, provider_mismatch, provider_sign_up_closed, provider_email_missing,
   *   provider_email_unverified, and what the gate throws
   */
  async admit(actor: Principal, proven: ProvenIdentity): Promise<Admission> {
    const account = await this.recorded(actor, proven, () => this.work.run(() => this.accountOf(actor, proven)));
    return this.gate.admit(actor, account, methodsOf(proven));
  }

  /**
   * Makes an identity one more way to sign in to the account of a person who is signed in to it.
   *
   * @throws DomainError identity_taken, required_group_missing
   */
  async link(person: UserPrincipal, proven: ProvenIdentity): Promise<void> {
    await this.recorded(person, proven, () =>
      this.work.run(async () => {
        requireGroup(proven.provider.groups, proven.groups);
        const known = await this.identities.findLocked(proven.issuer, proven.subject);
        if (known && known.userId !== person.userId) throw federationErrors.identity_taken();
        if (!known) await this.insert(person, person.userId, proven);
      }),
    );
  }

  private async accountOf(actor: Principal, proven: ProvenIdentity): Promise<UserAccount> {
    const { provider, issuer, subject, groups } = proven;
    requireGroup(provider.groups, groups);
    const role = mappedRole(provider.groups, groups);
    // Of two first sign-ins at once the second finds what the first made.
    const known = (await this.identities.find(issuer, subject)) ?? (await this.identities.findLocked(issuer, subject));
    if (!known) return this.signUp(actor, proven, role ?? provider.groups.defaultRole);
    await this.identities.noteUse(known.id);
    const account = await this.users.find(known.userId);
    if (!account) throw federationErrors.identity_provider_untrusted();
    return role === undefined || role === account.role ? account : this.follow(account, proven, role);
  }

  private async signUp(actor: Principal, proven: ProvenIdentity, role: string): Promise<UserAccount> {
    if (!proven.provider.allowSignUp) throw federationErrors.provider_sign_up_closed();
    const email = canonicalEmail(emailOf(proven));
    if (await this.users.findByEmail(email)) throw federationErrors.provider_mismatch();
    const account = await this.users.create(actor, {
      email,
      name: nameOf(proven, email),
      role,
      passwordHash: null,
      isEmailVerified: true,
    });
    await this.insert(actor, account.id, proven);
    return account;
  }

  /** The provider's word, through the operator's rule, gives the role: no person here does. */
  private async follow(account: UserAccount, { provider }: ProvenIdentity, role: string): Promise<UserAccount> {
    const changed = await this.standing.follow(SYSTEM, account.id, role);
    if (changed.role !== role) {
      await this.events.publish(new LastAdministratorKept(SYSTEM, account.id, provider.slug, role));
    }
    return changed;
  }

  private insert(actor: Principal, userId: string, { provider, issuer, subject }: ProvenIdentity): Promise<void> {
    return this.identities.add(actor, { userId, provider: provider.slug, issuer, subject }, { isInUse: true });
  }

  /** Does it, and records why it was refused, which must outlive the transaction that was. */
  private async recorded<T>(actor: Principal, proven: ProvenIdentity, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof DomainError && error.kind !== 'unavailable') {
        const known = await this.identities.find(proven.issuer, proven.subject);
        await this.events.publish(new FederatedSignInRefused(actor, proven.provider.slug, error.code, known?.userId));
      }
      throw error;
    }
  }
}
