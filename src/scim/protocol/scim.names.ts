/** The names of RFC 7643 and RFC 7644 that are spoken here. */
export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** Where SCIM lives; addresses in answers are relative to the origin, which a proxy may have changed. */
export const SCIM_BASE = '/scim/v2';
export const SCIM_JSON = 'application/scim+json';

/** Resources on a page of a list, and values that a request may bring of one attribute. */
export const MOST_RESULTS = 200;
