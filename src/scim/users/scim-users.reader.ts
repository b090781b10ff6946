import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import type { ScimAttributesQueryDto, ScimListQueryDto } from '../dto/scim.request.dto.js';
import { listResponse, pageOf, projected, type ScimResource } from '../protocol/resource.js';
import { scimErrors } from '../scim.errors.js';
import { ScimUserFilter } from './scim-user.filter.js';
import { ScimUserView } from './scim-user.view.js';
import { ScimUsersRepository } from './scim-users.repository.js';

/** Shows a company's directory the people that it made accounts for, and nobody else. */
@Injectable()
export class ScimUsersReader {
  constructor(
    private readonly users: ScimUsersRepository,
    private readonly view: ScimUserView,
    private readonly filter: ScimUserFilter,
  ) {}

  /** @throws DomainError scim_invalid_filter */
  async list(_actor: Principal, query: ScimListQueryDto): Promise<object> {
    const page = pageOf(query);
    const { items, total } = await this.users.list(await this.filter.read(query.filter), page);
    const resources = await this.view.resources(items);
    return listResponse(
      resources.map((resource) => projected(resource, query)),
      total,
      page.offset,
    );
  }

  /** @throws DomainError scim_resource_not_found */
  async get(_actor: Principal, id: string, query: ScimAttributesQueryDto): Promise<ScimResource> {
    const row = await this.users.find(id);
    const [resource] = row ? await this.view.resources([row]) : [];
    if (!resource) throw scimErrors.scim_resource_not_found();
    return projected(resource, query);
  }
}
