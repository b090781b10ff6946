import { GROUP_SCHEMA, USER_SCHEMA } from '../protocol/scim.names.js';

type Mutability = 'readOnly' | 'readWrite' | 'writeOnly' | 'immutable';

/** An attribute as RFC 7643 §7 describes it. */
export interface ScimAttribute {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'complex' | 'reference';
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: Mutability;
  readonly returned: 'always' | 'default';
  readonly uniqueness: 'none' | 'server';
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly ScimAttribute[];
}

type Traits = Partial<Omit<ScimAttribute, 'name' | 'description'>>;

function attribute(name: string, description: string, traits: Traits = {}): ScimAttribute {
  return {
    name,
    type: 'string',
    multiValued: false,
    description,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...traits,
  };
}

const READ_ONLY: Traits = { mutability: 'readOnly' };

const USER_ATTRIBUTES = [
  attribute('userName', 'How the directory names the person. Unique, whatever the case of its letters.', {
    required: true,
    uniqueness: 'server',
  }),
  attribute('name', "The person's name.", {
    type: 'complex',
    subAttributes: [
      attribute('formatted', 'The whole name.'),
      attribute('givenName', 'The given name.'),
      attribute('familyName', 'The family name.'),
    ],
  }),
  attribute('displayName', 'How others see the person.'),
  attribute('active', 'Whether the account may be used. False ends all sessions, and every key and token is refused.', {
    type: 'boolean',
  }),
  attribute('emails', 'One address is kept: the primary one, or else the first.', {
    type: 'complex',
    multiValued: true,
    subAttributes: [
      attribute('value', 'The address.'),
      attribute('type', 'What the address is for.'),
      attribute('primary', 'Whether it is the one to use.', { type: 'boolean' }),
    ],
  }),
  attribute('groups', 'The groups that the person is in.', {
    ...READ_ONLY,
    type: 'complex',
    multiValued: true,
    subAttributes: [
      attribute('value', "The group's id.", READ_ONLY),
      attribute('display', "The group's name.", READ_ONLY),
      attribute('$ref', "The group's address.", { ...READ_ONLY, type: 'reference', referenceTypes: ['Group'] }),
    ],
  }),
];

const GROUP_ATTRIBUTES = [
  attribute('displayName', 'The name of the group, and of the team that it is.', {
    required: true,
    uniqueness: 'server',
  }),
  attribute('members', 'Who is in it. Groups within groups are not known.', {
    type: 'complex',
    multiValued: true,
    subAttributes: [
      attribute('value', "The user's id.", { mutability: 'immutable' }),
      attribute('display', "The user's name.", READ_ONLY),
      attribute('$ref', "The user's address.", { ...READ_ONLY, type: 'reference', referenceTypes: ['User'] }),
    ],
  }),
];

/** What is known of people and of groups, and nothing that is not: whatever else a directory sends is let go. */
export const SCHEMAS = [
  { id: USER_SCHEMA, name: 'User', description: 'A person with an account.', attributes: USER_ATTRIBUTES },
  { id: GROUP_SCHEMA, name: 'Group', description: 'A team kept by the directory.', attributes: GROUP_ATTRIBUTES },
] as const;
