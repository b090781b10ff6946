import { PATCH_SCHEMA } from '../protocol/scim.names.js';
import { readPatch } from '../protocol/patch.request.js';
import { readScimUser } from './scim-user.js';
import { patchedUser } from './scim-user.patch.js';

const ADA = readScimUser({
  userName: 'Ada@Example.com',
  externalId: 'e1',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [{ value: 'ADA@work.example', type: 'work', primary: true }],
});
const patched = (...operations: object[]) =>
  patchedUser(ADA, readPatch({ schemas: [PATCH_SCHEMA], Operations: operations }));

describe('what a PATCH makes of a person', () => {
  it('reads a person without what nobody asked of a directory', () => {
    expect(ADA).toMatchObject({
      userName: 'Ada@Example.com',
      email: 'ada@work.example',
      emailType: 'work',
      active: true,
    });
    expect(readScimUser({ USERNAME: 'a@b.example', active: 'False', roles: ['admin'], role: 'admin' })).toEqual({
      userName: 'a@b.example',
      externalId: null,
      active: false,
      displayName: null,
      formattedName: null,
      givenName: null,
      familyName: null,
      email: 'a@b.example',
      emailType: null,
      emailGiven: false,
    });
  });

  it.each<[string, object, object]>([
    ['a flag', { op: 'replace', path: 'active', value: false }, { active: false }],
    ['a flag as Microsoft writes it', { op: 'Replace', path: 'active', value: 'False' }, { active: false }],
    [
      'several attributes at once',
      { op: 'replace', value: { active: false, displayName: 'A' } },
      { active: false, displayName: 'A' },
    ],
    ['names with dots', { op: 'add', value: { 'name.givenName': 'Augusta', nope: 1 } }, { givenName: 'Augusta' }],
    [
      'a part of the name',
      { op: 'add', path: 'name.familyName', value: 'King' },
      { givenName: 'Ada', familyName: 'King' },
    ],
    [
      'the name',
      { op: 'replace', path: 'name', value: { familyName: 'King' } },
      { givenName: 'Ada', familyName: 'King' },
    ],
    [
      'a name with its schema',
      { op: 'replace', path: 'urn:ietf:params:scim:schemas:core:2.0:User:displayName', value: 'X' },
      { displayName: 'X' },
    ],
    [
      'an address of a type',
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'x@y.example' },
      { email: 'x@y.example' },
    ],
    [
      'an address of another type, which is not the primary one',
      { op: 'add', path: 'emails[type eq "home"].value', value: 'x@y.example' },
      { email: 'ada@work.example' },
    ],
    [
      'another primary address',
      { op: 'add', path: 'emails', value: [{ value: 'x@y.example', primary: 'True' }] },
      { email: 'x@y.example', emailType: null },
    ],
    ['no address', { op: 'remove', path: 'emails' }, { email: 'ada@example.com', emailGiven: false }],
    ['no address of a type', { op: 'remove', path: 'emails[type eq "work"]' }, { email: 'ada@example.com' }],
    ['no externalId', { op: 'remove', path: 'externalId' }, { externalId: null }],
    [
      'what is not kept',
      { op: 'add', path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', value: 'x' },
      ADA,
    ],
    ['what is not kept, with a filter', { op: 'add', path: 'phoneNumbers[type eq "work"].value', value: '1' }, ADA],
    [
      'an id among others, as Okta sends it',
      { op: 'replace', value: { id: 'x', displayName: 'Y' } },
      { displayName: 'Y' },
    ],
  ])('changes %s', (_case, operation, expected) => {
    expect(patched(operation)).toMatchObject(expected);
  });

  it.each<[string, object, string]>([
    ['an id', { op: 'replace', path: 'id', value: 'x' }, 'scim_mutability'],
    ['groups', { op: 'add', path: 'groups', value: [{ value: 'x' }] }, 'scim_mutability'],
    ['what nobody knows', { op: 'add', path: 'role', value: 'admin' }, 'scim_invalid_path'],
    ['a path that is none', { op: 'add', path: 'emails[type eq', value: 'x' }, 'scim_invalid_path'],
    [
      'an address that is not there',
      { op: 'replace', path: 'emails[type eq "home"].value', value: 'x@y.example' },
      'scim_no_target',
    ],
    ['no name', { op: 'remove', path: 'userName' }, 'scim_invalid_value'],
    ['a flag that is none', { op: 'replace', path: 'active', value: 'maybe' }, 'scim_invalid_value'],
    ['an address that is none', { op: 'replace', path: 'emails', value: [{ value: 'nope' }] }, 'scim_invalid_value'],
    ['nothing', { op: 'replace', path: 'active' }, 'scim_invalid_value'],
    ['a list of names', { op: 'replace', path: 'userName', value: ['a@b.example'] }, 'scim_invalid_value'],
    ['an operation that is none', { op: 'move', path: 'active', value: true }, 'scim_invalid_syntax'],
    ['everything', { op: 'remove' }, 'scim_no_target'],
  ])('refuses %s', (_case, operation, code) => {
    expect(() => patched(operation)).toThrow(expect.objectContaining({ code }) as Error);
  });
});
