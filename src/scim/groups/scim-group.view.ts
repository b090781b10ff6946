import { Injectable } from '@nestjs/common';
import { type AttributeWish, isWanted, locationOf, resourceOf, type ScimResource } from '../protocol/resource.js';
import { GROUP_SCHEMA } from '../protocol/scim.names.js';
import type { ScimGroupEntity } from './scim-group.entity.js';
import { type GroupMember, ScimGroupsRepository } from './scim-groups.repository.js';

/** Shows groups as SCIM wants to see them. */
@Injectable()
export class ScimGroupView {
  constructor(private readonly groups: ScimGroupsRepository) {}

  /** In the order of the rows. Members are many, and looked up only where somebody wants them. */
  async resources(rows: readonly ScimGroupEntity[], wish: AttributeWish): Promise<ScimResource[]> {
    const members = new Map<string, GroupMember[]>(rows.map(({ id }) => [id, []]));
    if (isWanted(wish, 'members')) {
      for (const member of await this.groups.membersOf([...members.keys()])) members.get(member.groupId)?.push(member);
    }
    return rows.map((row) => shown(row, members.get(row.id) ?? []));
  }
}

function shown(row: ScimGroupEntity, members: readonly GroupMember[]): ScimResource {
  const { id, displayName, externalId, revision } = row;
  const shownMembers = members.map(({ id: value, name }) => ({
    value,
    display: name,
    type: 'User',
    $ref: locationOf('User', value),
  }));
  const content = { schemas: [GROUP_SCHEMA], id, externalId, displayName, members: shownMembers };
  return resourceOf('Group', content, row, `${id} ${revision}`);
}
