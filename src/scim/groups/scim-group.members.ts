import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { Clock } from '#libs/kernel';
import { DirectoryTeams } from '../../teams/directory.teams.js';
import { scimErrors } from '../scim.errors.js';
import { ScimRoles } from '../scim.roles.js';
import { ScimUsersRepository } from '../users/scim-users.repository.js';
import type { MembersWish } from './scim-group.js';
import { ScimGroupsRepository } from './scim-groups.repository.js';

/** Lets people into groups and out of them, and their roles follow. */
@Injectable()
export class ScimGroupMembers {
  constructor(
    private readonly teams: DirectoryTeams,
    private readonly users: ScimUsersRepository,
    private readonly groups: ScimGroupsRepository,
    private readonly roles: ScimRoles,
    private readonly clock: Clock,
  ) {}

  /** Within a transaction. @throws DomainError scim_invalid_value when somebody is nobody of the directory */
  async change(actor: Principal, groupId: string, wish: MembersWish): Promise<{ changed: boolean }> {
    const { add, remove, isWhole } = wish;
    const known = await this.users.known(add);
    const stranger = add.find((id) => !known.has(id));
    if (stranger !== undefined) {
      throw scimErrors.scim_invalid_value({ message: `There is no user ${stranger} to be a member.` });
    }
    const staying = new Set(add);
    // Who was let in by hand is not the directory's, and stays.
    const others = isWhole ? [...(await this.users.known(await this.teams.memberIds(groupId)))] : [];
    const leaving = [...remove, ...others].filter((id) => !staying.has(id));
    if (add.length + leaving.length === 0) return { changed: false };
    const { added, removed } = await this.teams.changeMembers(actor, groupId, { add, remove: leaving });
    await this.followed(actor, [...added, ...removed]);
    return { changed: added.length + removed.length > 0 };
  }

  /** Within a transaction: somebody is in no group any more. */
  async leaveAll(actor: Principal, userId: string): Promise<void> {
    const groupIds = (await this.users.groupsOf([userId])).map(({ id }) => id);
    await this.groups.touch(groupIds, this.clock.date());
    for (const id of groupIds) await this.teams.changeMembers(actor, id, { add: [], remove: [userId] });
  }

  /** Within the transaction in which the groups of these people changed, or the names of those groups. */
  followed(actor: Principal, userIds: readonly string[]): Promise<void> {
    return this.roles.follow(actor, userIds);
  }
}
