import { LIST_SCHEMA, MOST_RESULTS, SCIM_BASE } from '../protocol/scim.names.js';
import { scimErrors } from '../scim.errors.js';
import { SCHEMAS } from './schemas.js';

const SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0';

/** What of RFC 7644 is spoken here. */
export const SERVICE_PROVIDER_CONFIG = {
  schemas: [`${SCHEMA}:ServiceProviderConfig`],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: MOST_RESULTS },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: true },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'SCIM token',
      description: 'A token that an administrator makes, as `Authorization: Bearer scim_…`.',
      primary: true,
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${SCIM_BASE}/ServiceProviderConfig` },
} as const;

const RESOURCE_TYPES = SCHEMAS.map(({ id, name, description }) => ({
  schemas: [`${SCHEMA}:ResourceType`],
  id: name,
  name,
  endpoint: `/${name}s`,
  description,
  schema: id,
  meta: { resourceType: 'ResourceType', location: `${SCIM_BASE}/ResourceTypes/${name}` },
}));

const SCHEMA_RESOURCES = SCHEMAS.map((schema) => ({
  schemas: [`${SCHEMA}:Schema`],
  ...schema,
  meta: { resourceType: 'Schema', location: `${SCIM_BASE}/Schemas/${schema.id}` },
}));

export const resourceTypes = (): object => whole(RESOURCE_TYPES);
/** @throws DomainError scim_resource_not_found */
export const resourceType = (id: string): object => byId(RESOURCE_TYPES, id);
export const schemas = (): object => whole(SCHEMA_RESOURCES);
/** @throws DomainError scim_resource_not_found */
export const schema = (id: string): object => byId(SCHEMA_RESOURCES, id);

function whole(resources: readonly object[]): object {
  return {
    schemas: [LIST_SCHEMA],
    totalResults: resources.length,
    startIndex: 1,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

function byId(resources: readonly { readonly id: string }[], id: string): object {
  const found = resources.find((resource) => resource.id === id);
  if (!found) throw scimErrors.scim_resource_not_found();
  return found;
}
