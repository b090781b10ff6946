import { Injectable } from '@nestjs/common';
import { type UserAccount, UserDirectory } from '../../users/user.directory.js';
import { locationOf, resourceOf, type ScimResource } from '../protocol/resource.js';
import { USER_SCHEMA } from '../protocol/scim.names.js';
import type { ScimUser } from './scim-user.js';
import type { ScimUserEntity } from './scim-user.entity.js';
import { type GroupOfUser, ScimUsersRepository } from './scim-users.repository.js';
import { UserNameSealer } from './user-name.sealer.js';

/** Shows people as SCIM wants to see them, from what their directory says and what their account is. */
@Injectable()
export class ScimUserView {
  constructor(
    private readonly users: ScimUsersRepository,
    private readonly accounts: UserDirectory,
    private readonly userNames: UserNameSealer,
  ) {}

  /** In the order of the rows. A row whose account has just gone is left out. */
  async resources(rows: readonly ScimUserEntity[]): Promise<ScimResource[]> {
    const ids = rows.map(({ id }) => id);
    const [accounts, groups] = await Promise.all([this.accounts.findAll(ids), this.users.groupsOf(ids)]);
    const byId = new Map(accounts.map((account) => [account.id, account]));
    return rows.flatMap((row) => {
      const account = byId.get(row.id);
      const own = groups.filter(({ userId }) => userId === row.id);
      return account ? [this.resource(row, account, own)] : [];
    });
  }

  /** What the directory said last. */
  factsOf(row: ScimUserEntity, { email }: UserAccount): ScimUser {
    const { externalId, active, displayName, formattedName, givenName, familyName, emailType, emailGiven } = row;
    const names = { displayName, formattedName, givenName, familyName };
    return { userName: this.userNames.open(row), externalId, active, ...names, email, emailType, emailGiven };
  }

  private resource(row: ScimUserEntity, account: UserAccount, groups: readonly GroupOfUser[]): ScimResource {
    const { userName, externalId, displayName, emailType, emailGiven } = this.factsOf(row, account);
    const name = { formatted: row.formattedName, givenName: row.givenName, familyName: row.familyName };
    const content = {
      schemas: [USER_SCHEMA],
      id: row.id,
      externalId,
      userName,
      name: Object.values(name).some((part) => part !== null) ? name : null,
      displayName,
      active: account.status === 'active',
      emails: emailGiven ? [{ value: account.email, type: emailType, primary: true }] : null,
      groups: groups.map(({ id, displayName: display }) => ({ value: id, display, $ref: locationOf('Group', id) })),
    };
    return resourceOf('User', content, row);
  }
}
