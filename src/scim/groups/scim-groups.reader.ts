import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import type { ScimAttributesQueryDto, ScimListQueryDto } from '../dto/scim.request.dto.js';
import { parseFilter } from '../protocol/filter.js';
import { anyCase, exactly, identity, moments, type Term, toSql } from '../protocol/filter.sql.js';
import { listResponse, pageOf, projected, type ScimResource } from '../protocol/resource.js';
import { scimErrors } from '../scim.errors.js';
import { ScimGroupView } from './scim-group.view.js';
import { ScimGroupsRepository } from './scim-groups.repository.js';

const isMeant = identity('m.user_id');
const member: Term = async (operator, value, bind) => {
  const same = await isMeant(operator, value, bind);
  return (
    same &&
    `EXISTS (SELECT FROM team_members m JOIN scim_users s ON s.id = m.user_id WHERE m.team_id = g.id AND ${same})`
  );
};

const TERMS: Readonly<Record<string, Term>> = {
  id: identity('g.id'),
  externalid: exactly('g.external_id'),
  displayname: anyCase('g.display_name'),
  members: member,
  'members.value': member,
  'meta.created': moments('g.created_at'),
  'meta.lastmodified': moments('g.updated_at'),
};

/** Shows a company's directory the groups that it made. */
@Injectable()
export class ScimGroupsReader {
  constructor(
    private readonly groups: ScimGroupsRepository,
    private readonly view: ScimGroupView,
  ) {}

  /** @throws DomainError scim_invalid_filter */
  async list(_actor: Principal, query: ScimListQueryDto): Promise<object> {
    const page = pageOf(query);
    const filter =
      query.filter === undefined ? { sql: 'true', values: [] } : await toSql(parseFilter(query.filter), TERMS);
    const { items, total } = await this.groups.list(filter, page);
    const resources = await this.view.resources(items, query);
    return listResponse(
      resources.map((resource) => projected(resource, query)),
      total,
      page.offset,
    );
  }

  /** @throws DomainError scim_resource_not_found */
  async get(_actor: Principal, id: string, query: ScimAttributesQueryDto): Promise<ScimResource> {
    const row = await this.groups.find(id);
    const [resource] = row ? await this.view.resources([row], query) : [];
    if (!resource) throw scimErrors.scim_resource_not_found();
    return projected(resource, query);
  }
}
