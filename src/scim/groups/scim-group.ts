import { isUUID } from 'class-validator';
import { matches, wanted } from '../protocol/filter.match.js';
import type { PatchOperation } from '../protocol/patch.request.js';
import { listOf, objectOf, own, textOf } from '../protocol/scim.values.js';
import { scimErrors } from '../scim.errors.js';

/** What a directory says of a group. */
export interface ScimGroup {
  readonly displayName: string;
  readonly externalId: string | null;
}

/** Who comes and who goes. */
export interface MembersWish {
  /** Whether whoever is not named goes. */
  readonly isWhole: boolean;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

const MOST_MEMBERS = 10_000;
const READ_ONLY = new Set(['id', 'meta', 'schemas']);

/** @throws DomainError scim_invalid_syntax, scim_invalid_value */
export function readScimGroup(body: unknown): { group: ScimGroup; members: MembersWish } {
  const given = objectOf(body);
  const members = memberIds(own(given, 'members'));
  return { group: groupOf(given), members: { isWhole: true, add: members, remove: [] } };
}

/**
 * What a group is after a PATCH, and who comes and goes by it.
 *
 * @throws DomainError scim_invalid_path, scim_invalid_value, scim_mutability
 */
export function patchedGroup(
  group: ScimGroup,
  operations: readonly PatchOperation[],
): { group: ScimGroup; members: MembersWish } {
  const values: Record<string, unknown> = { ...group };
  const members = new Members();
  for (const operation of operations) {
    const { attribute } = operation.path;
    const value = operation.op === 'remove' ? null : operation.value;
    if (attribute === 'displayname') values['displayName'] = value;
    else if (attribute === 'externalid') values['externalId'] = value;
    else if (attribute === 'members') members.apply(operation);
    else refuseOthers(operation);
  }
  return { group: groupOf(values), members };
}

/** Who is in a group, as one operation after the other says. */
class Members implements MembersWish {
  isWhole = false;
  private readonly coming = new Set<string>();
  private readonly going = new Set<string>();

  get add(): string[] {
    return [...this.coming];
  }

  get remove(): string[] {
    return [...this.going];
  }

  apply({ op, path: { filter }, value }: PatchOperation): void {
    if (op === 'remove') {
      const meant = filter ? [wanted(filter)] : listOf(value, 'members', MOST_MEMBERS);
      // RFC 7644 takes everybody out; Microsoft's directory says whom.
      if (!filter && meant.length === 0) this.clear();
      else meant.forEach((each) => this.takeOut(own(objectOf(each), 'value')));
      return;
    }
    if (op === 'replace' && !filter) this.clear();
    const ids = memberIds(value);
    if (filter && !ids.every((id) => matches(filter, { value: id }))) throw scimErrors.scim_no_target();
    for (const id of ids) {
      this.coming.add(id);
      this.going.delete(id);
    }
  }

  private clear(): void {
    this.isWhole = true;
    this.coming.clear();
    this.going.clear();
  }

  private takeOut(id: unknown): void {
    if (typeof id !== 'string') throw scimErrors.scim_invalid_value({ message: 'A member is named by its value.' });
    // Nobody of another name can be in.
    if (!isUUID(id)) return;
    this.coming.delete(id.toLowerCase());
    this.going.add(id.toLowerCase());
  }
}

function groupOf(given: Readonly<Record<string, unknown>>): ScimGroup {
  const displayName = textOf(own(given, 'displayName'), 'displayName');
  if (displayName === null) throw scimErrors.scim_invalid_value({ message: 'displayName is required.' });
  return { displayName, externalId: textOf(own(given, 'externalId'), 'externalId') };
}

function memberIds(value: unknown): string[] {
  const ids = listOf(value, 'members', MOST_MEMBERS).map((each) => own(objectOf(each), 'value'));
  return ids.map((id) => {
    if (typeof id === 'string' && isUUID(id)) return id.toLowerCase();
    throw scimErrors.scim_invalid_value({ message: 'A member is named by the id of a user, in value.' });
  });
}

function refuseOthers({ path: { attribute }, isNamedByValue }: PatchOperation): void {
  if (isNamedByValue || attribute.startsWith('urn:')) return;
  if (READ_ONLY.has(attribute)) {
    throw scimErrors.scim_mutability({ message: `The attribute ${attribute} cannot be changed.` });
  }
  throw scimErrors.scim_invalid_path({ message: `A group has no attribute "${attribute.slice(0, 100)}".` });
}
