import { Injectable } from '@nestjs/common';
import { type Principal, ROLES } from '#libs/access';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { AccountStanding } from '../users/account.standing.js';
import { UserDirectory } from '../users/user.directory.js';
import { readRoleGroup, scimConfig } from './scim.config.js';
import { ScimGroupsRepository } from './groups/scim-groups.repository.js';
import { ScimUsersRepository } from './users/scim-users.repository.js';

const NO_ROLE = 'user';

/** Lets roles follow the groups of the directory, down as well as up. */
@Injectable()
export class ScimRoles {
  private readonly mapping: readonly { readonly role: string; readonly group: string }[];

  constructor(
    private readonly users: ScimUsersRepository,
    private readonly groups: ScimGroupsRepository,
    private readonly accounts: UserDirectory,
    private readonly standing: AccountStanding,
    @InjectConfig(scimConfig) { roleGroups }: ConfigOf<typeof scimConfig>,
  ) {
    const strength = (role: string): number => ROLES.findIndex((each) => each === role);
    this.mapping = roleGroups
      .flatMap((entry) => readRoleGroup(entry) ?? [])
      .toSorted((a, b) => strength(a.role) - strength(b.role));
  }

  /**
   * Within the transaction that changed their groups. The last administrator stays one, whatever the directory says.
   *
   * @param userIds people of a directory; others are let be
   */
  async follow(actor: Principal, userIds: readonly string[]): Promise<void> {
    if (this.mapping.length === 0 || userIds.length === 0) return;
    const known = await this.users.known(userIds);
    const groups = new Map<string, string[]>();
    for (const { userId, names } of await this.groups.namesOf([...known])) {
      groups.set(userId, [...(groups.get(userId) ?? []), ...names]);
    }
    for (const { id, role } of await this.accounts.findAll([...known])) {
      const names = groups.get(id) ?? [];
      const wanted = this.mapping.find(({ group }) => names.includes(group.toLowerCase()))?.role ?? NO_ROLE;
      if (wanted !== role) await this.standing.follow(actor, id, wanted);
    }
  }
}
