import { matches, wanted } from '../protocol/filter.match.js';
import type { PatchOperation, PatchPath } from '../protocol/patch.request.js';
import { listOf, objectOf, own } from '../protocol/scim.values.js';
import { scimErrors } from '../scim.errors.js';
import { readScimUser, type ScimUser, writableOf } from './scim-user.js';

type Values = Record<string, unknown>;

/** By their names in small letters. */
const PLAIN: Readonly<Record<string, string>> = {
  username: 'userName',
  externalid: 'externalId',
  displayname: 'displayName',
  active: 'active',
};
const NAMES: Readonly<Record<string, string>> = {
  formatted: 'formatted',
  givenname: 'givenName',
  familyname: 'familyName',
};
const READ_ONLY = new Set(['id', 'meta', 'groups', 'schemas']);
/** Known to RFC 7643 and not kept here: a directory that is set up to send them may go on doing so. */
const NOT_KEPT = new Set(
  (
    'nickname profileurl title usertype preferredlanguage locale timezone password phonenumbers ims photos addresses ' +
    'entitlements roles x509certificates'
  ).split(' '),
);

/**
 * What a person is after a PATCH.
 *
 * @throws DomainError scim_invalid_path, scim_invalid_value, scim_mutability, scim_no_target
 */
export function patchedUser(user: ScimUser, operations: readonly PatchOperation[]): ScimUser {
  const values = writableOf(user);
  for (const operation of operations) apply(values, operation);
  return readScimUser(values);
}

function apply(values: Values, operation: PatchOperation): void {
  const { attribute, sub, filter } = operation.path;
  const plain = PLAIN[attribute];
  if (plain !== undefined && sub === undefined && !filter) {
    values[plain] = operation.op === 'remove' ? null : operation.value;
    return;
  }
  if (attribute === 'name' && !filter) return applyName(values['name'] as Values, operation);
  if (attribute === 'emails') {
    values['emails'] = emailsAfter(values['emails'] as Values[], operation);
    return;
  }
  if (operation.isNamedByValue || NOT_KEPT.has(attribute) || attribute.startsWith('urn:')) return;
  if (READ_ONLY.has(attribute)) {
    throw scimErrors.scim_mutability({ message: `The attribute ${attribute} cannot be changed.` });
  }
  throw scimErrors.scim_invalid_path({ message: `A user has no attribute "${attribute.slice(0, 100)}".` });
}

function applyName(names: Values, { op, path: { sub }, value }: PatchOperation): void {
  if (sub !== undefined) {
    const known = NAMES[sub];
    if (known !== undefined) names[known] = op === 'remove' ? null : value;
    return;
  }
  const given = op === 'remove' ? { formatted: null, givenName: null, familyName: null } : objectOf(value);
  for (const known of Object.values(NAMES)) {
    if (op === 'remove' || own(given, known) !== undefined) names[known] = own(given, known) ?? null;
  }
}

function emailsAfter(emails: readonly Values[], { op, path, value }: PatchOperation): Values[] {
  if (path.filter || path.sub !== undefined) return changedEmails(emails, op, path, value);
  if (op === 'remove') return [];
  const given = listOf(value, 'emails').map((each) => ({ ...objectOf(each) }));
  if (op === 'replace') return given;
  // There is one primary address: the last one that is said to be.
  const hasPrimary = given.some((email) => own(email, 'primary') !== undefined);
  return [...emails.map((email) => (hasPrimary ? { ...email, primary: false } : email)), ...given];
}

function changedEmails(emails: readonly Values[], op: PatchOperation['op'], path: PatchPath, value: unknown): Values[] {
  const { filter, sub } = path;
  const isMeant = (email: Values): boolean => !filter || matches(filter, email);
  const change: Values = sub === undefined ? (op === 'remove' ? {} : objectOf(value)) : { [sub]: value };
  if (op === 'remove') {
    if (sub === undefined) return emails.filter((email) => !isMeant(email));
    return emails.map((email) => (isMeant(email) ? { ...email, [sub]: null } : email));
  }
  if (emails.some(isMeant)) return emails.map((email) => (isMeant(email) ? { ...email, ...change } : email));
  if (filter && op === 'replace') throw scimErrors.scim_no_target();
  return [...emails, { ...(filter ? wanted(filter) : {}), ...change }];
}
