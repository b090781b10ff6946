import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { AccountChanges } from '../../users/account.changes.js';
import { AccountStanding } from '../../users/account.standing.js';
import { type UserAccount, UserDirectory } from '../../users/user.directory.js';
import { ScimGroupMembers } from '../groups/scim-group.members.js';
import { ScimIdentities } from '../scim.identities.js';
import { scimErrors } from '../scim.errors.js';
import { nameOf, type ScimUser } from './scim-user.js';

/** Lets accounts follow what a directory says of people, within the transaction that is open. */
@Injectable()
export class ScimAccounts {
  constructor(
    private readonly directory: UserDirectory,
    private readonly standing: AccountStanding,
    private readonly changes: AccountChanges,
    private readonly members: ScimGroupMembers,
    private readonly identities: ScimIdentities,
  ) {}

  /** Without a password, and without a right that a group does not give. @throws DomainError user_email_taken, identity_taken */
  async create(actor: Principal, user: ScimUser): Promise<string> {
    const { email, active } = user;
    const { id } = await this.directory.create(actor, { email, name: nameOf(user), passwordHash: null, role: 'user' });
    await this.identities.follow(actor, id, user.externalId);
    if (!active) await this.standing.change(actor, id, { status: 'inactive' });
    return id;
  }

  async get(id: string): Promise<UserAccount> {
    const account = await this.directory.find(id);
    if (!account) throw scimErrors.scim_resource_not_found();
    return account;
  }

  /**
   * Whom the directory does not want is out, whoever let them in; whom somebody here shut out it does not let in again.
   *
   * @throws DomainError user_email_taken, identity_taken, last_administrator_needed
   */
  async follow(actor: Principal, id: string, before: ScimUser, after: ScimUser): Promise<void> {
    await this.changes.describe(actor, id, {
      ...(after.email === before.email ? {} : { email: after.email }),
      // A name that somebody chose here stands until the directory has another.
      ...(nameOf(after) === nameOf(before) ? {} : { name: nameOf(after) }),
    });
    if (after.externalId !== before.externalId) await this.identities.follow(actor, id, after.externalId);
    if (!after.active) await this.standing.change(actor, id, { status: 'inactive' });
    else if (!before.active) await this.standing.change(actor, id, { status: 'active' });
  }

  /** The address becomes free: whoever has it next is somebody else. @throws DomainError last_administrator_needed */
  async remove(actor: Principal, id: string): Promise<void> {
    await this.members.leaveAll(actor, id);
    await this.identities.follow(actor, id, null);
    await this.standing.change(actor, id, { status: 'inactive', role: 'user' });
    await this.changes.describe(actor, id, { email: `removed-${id}@directory.invalid` });
  }
}
