import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { Clock } from '#libs/kernel';
import { DirectoryTeams } from '../../teams/directory.teams.js';
import { readPatch } from '../protocol/patch.request.js';
import { type AttributeWish, assertVersion, projected, type ScimResource } from '../protocol/resource.js';
import { scimErrors } from '../scim.errors.js';
import { unlessTaken } from '../scim.uniqueness.js';
import { type MembersWish, patchedGroup, readScimGroup, type ScimGroup } from './scim-group.js';
import type { ScimGroupEntity } from './scim-group.entity.js';
import { ScimGroupView } from './scim-group.view.js';
import { ScimGroupMembers } from './scim-group.members.js';
import { ScimGroupsRepository } from './scim-groups.repository.js';

/** Lets a company's directory make, change and remove groups, which are teams. */
@Injectable()
export class ScimGroupsService {
  constructor(
    private readonly groups: ScimGroupsRepository,
    private readonly view: ScimGroupView,
    private readonly teams: DirectoryTeams,
    private readonly members: ScimGroupMembers,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError scim_uniqueness, and what reading the body throws */
  async create(actor: Principal, body: unknown): Promise<ScimResource> {
    const { group, members } = readScimGroup(body);
    return unlessTaken(() =>
      this.work.run(async () => {
        const now = this.clock.date();
        const id = await this.teams.create(actor, group.displayName);
        await this.groups.insert({ ...group, id, revision: '1', createdAt: now, updatedAt: now });
        await this.members.change(actor, id, members);
        return this.resource(await this.lock(id));
      }),
    );
  }

  /** Puts what is said in the place of what there was; who is not named is out. @throws as {@link change} does */
  replace(actor: Principal, id: string, body: unknown, ifMatch: string | undefined): Promise<ScimResource> {
    return this.change(actor, id, ifMatch, () => readScimGroup(body));
  }

  /** @throws as {@link change} does, and what reading the body throws */
  async patch(actor: Principal, id: string, body: unknown, ifMatch: string | undefined): Promise<void> {
    const operations = readPatch(body);
    await this.change(actor, id, ifMatch, (group) => patchedGroup(group, operations));
  }

  /** The team goes, and with it what its members had through it. @throws scim_resource_not_found, scim_version_mismatch */
  async remove(actor: Principal, id: string, ifMatch: string | undefined): Promise<void> {
    await this.work.run(async () => {
      const row = await this.lock(id);
      assertVersion(await this.resource(row, { excludedAttributes: 'members' }), ifMatch);
      const members = await this.teams.memberIds(id);
      await this.teams.remove(actor, id);
      await this.members.followed(actor, members);
    });
  }

  /** @throws DomainError scim_resource_not_found, scim_version_mismatch, scim_uniqueness */
  private change(
    actor: Principal,
    id: string,
    ifMatch: string | undefined,
    wish: (group: ScimGroup) => { group: ScimGroup; members: MembersWish },
  ): Promise<ScimResource> {
    return unlessTaken(() =>
      this.work.run(async () => {
        const row = await this.lock(id);
        assertVersion(await this.resource(row, { excludedAttributes: 'members' }), ifMatch);
        const { group, members } = wish(row);
        const isOther = group.displayName !== row.displayName || group.externalId !== row.externalId;
        if (group.displayName !== row.displayName) await this.teams.rename(actor, id, group.displayName);
        if (isOther) await this.groups.update(id, group, this.clock.date());
        const { changed } = await this.members.change(actor, id, members);
        if (!isOther && changed) await this.groups.touch([id], this.clock.date());
        if (isOther) await this.members.followed(actor, await this.teams.memberIds(id));
        return this.resource(await this.lock(id));
      }),
    );
  }

  private async lock(id: string): Promise<ScimGroupEntity> {
    const row = await this.groups.findLocked(id);
    if (!row) throw scimErrors.scim_resource_not_found();
    return row;
  }

  private async resource(row: ScimGroupEntity, wish: AttributeWish = {}): Promise<ScimResource> {
    const [resource] = await this.view.resources([row], wish);
    if (!resource) throw scimErrors.scim_resource_not_found();
    return projected(resource, wish);
  }
}
