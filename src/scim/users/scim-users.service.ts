import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { Clock } from '#libs/kernel';
import { readPatch } from '../protocol/patch.request.js';
import { assertVersion, type ScimResource } from '../protocol/resource.js';
import { scimErrors } from '../scim.errors.js';
import { unlessTaken } from '../scim.uniqueness.js';
import { readScimUser, type ScimUser } from './scim-user.js';
import type { ScimUserEntity } from './scim-user.entity.js';
import { ScimAccounts } from './scim.accounts.js';
import { patchedUser } from './scim-user.patch.js';
import { ScimUserView } from './scim-user.view.js';
import { ScimUserRows } from './scim-user.rows.js';

/** Lets a company's directory make, change and remove people, whose accounts follow. */
@Injectable()
export class ScimUsersService {
  constructor(
    private readonly rows: ScimUserRows,
    private readonly view: ScimUserView,
    private readonly accounts: ScimAccounts,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError scim_uniqueness, also where the address has an account, and what reading the body throws */
  async create(actor: Principal, body: unknown): Promise<ScimResource> {
    const user = readScimUser(body);
    return unlessTaken(() =>
      this.work.run(async () => {
        const id = await this.accounts.create(actor, user);
        return this.resource(await this.rows.insert(id, user, this.clock.date()));
      }),
    );
  }

  /** Puts what is said in the place of what there was. @throws as {@link change} does */
  replace(actor: Principal, id: string, body: unknown, ifMatch: string | undefined): Promise<ScimResource> {
    return this.change(actor, id, ifMatch, () => readScimUser(body));
  }

  /** @throws as {@link change} does, and what reading the body throws */
  async patch(actor: Principal, id: string, body: unknown, ifMatch: string | undefined): Promise<ScimResource> {
    const operations = readPatch(body);
    return this.change(actor, id, ifMatch, (user) => patchedUser(user, operations));
  }

  /**
   * The account may not be used any more, at once and for good: who comes back gets another one.
   *
   * @throws DomainError scim_resource_not_found, scim_version_mismatch
   */
  async remove(actor: Principal, id: string, ifMatch: string | undefined): Promise<void> {
    await this.work.run(async () => {
      const row = await this.lock(id);
      if (ifMatch !== undefined) assertVersion(await this.resource(row), ifMatch);
      await this.accounts.remove(actor, id);
      await this.rows.delete(id);
    });
  }

  /** @throws DomainError scim_resource_not_found, scim_version_mismatch, scim_uniqueness */
  private change(
    actor: Principal,
    id: string,
    ifMatch: string | undefined,
    wish: (user: ScimUser) => ScimUser,
  ): Promise<ScimResource> {
    return unlessTaken(() =>
      this.work.run(async () => {
        const row = await this.lock(id);
        if (ifMatch !== undefined) assertVersion(await this.resource(row), ifMatch);
        const before = this.view.factsOf(row, await this.accounts.get(id));
        const after = wish(before);
        await this.accounts.follow(actor, id, before, after);
        return this.resource(await this.rows.update(row, before, after, this.clock.date()));
      }),
    );
  }

  private async lock(id: string): Promise<ScimUserEntity> {
    const row = await this.rows.findLocked(id);
    if (!row) throw scimErrors.scim_resource_not_found();
    return row;
  }

  private async resource(row: ScimUserEntity): Promise<ScimResource> {
    const [resource] = await this.view.resources([row]);
    if (!resource) throw scimErrors.scim_resource_not_found();
    return resource;
  }
}
