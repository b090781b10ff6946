import { defineErrors } from '#libs/kernel';

/** Those whose name says a `scimType` are answered with it, see RFC 7644 §3.12. */
export const scimErrors = defineErrors({
  scim_token_not_found: ['not_found', 'There is no such SCIM token, or it was revoked before.'],
  scim_token_expiry_past: ['invalid', 'A SCIM token cannot end before it begins.'],
  scim_resource_not_found: ['not_found', 'There is no such resource.'],
  scim_version_mismatch: ['precondition_failed', 'The resource has changed since you read it. Read it again.'],
  scim_invalid_filter: ['invalid', 'The filter is not one that can be answered.'],
  scim_invalid_syntax: ['invalid', 'The request is not of the form of RFC 7644.'],
  scim_invalid_path: ['invalid', 'The path names nothing that can be changed.'],
  scim_no_target: ['invalid', 'The path finds no value to change.'],
  scim_invalid_value: ['invalid', 'A value is missing, or not one that the attribute can have.'],
  scim_mutability: ['invalid', 'The attribute cannot be changed.'],
  scim_uniqueness: ['conflict', 'Another resource has this value already.'],
});
