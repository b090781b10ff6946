import type { OAuthSettings } from '../providers/identity-provider.js';
import type { PersonFacts } from '../claims.js';
import { groupsOf, textOf, truthOf } from '../claims.js';

type Json = Readonly<Record<string, unknown>>;

/** What the API of a provider says of a person: the profile, and the lists that are asked for beside it. */
export interface ProfileAnswers {
  readonly user: unknown;
  readonly emails: unknown;
  readonly groups: unknown;
}

/** Who it is at the provider, and what else it says. */
export interface Profile extends PersonFacts {
  readonly subject: string;
}

const MOST_DIGITS = 40;

/** Reads a profile in the words of its provider; undefined when it names nobody. */
export function readProfile(dialect: OAuthSettings['dialect'], answers: ProfileAnswers): Profile | undefined {
  const user = objectOf(answers.user);
  const subject = subjectOf(user['id']);
  if (subject === undefined) return undefined;
  return { subject, ...READERS[dialect](user, answers) };
}

const READERS: Readonly<Record<OAuthSettings['dialect'], (user: Json, answers: ProfileAnswers) => PersonFacts>> = {
  github: (user, { emails, groups }) => ({
    ...primaryOf(emails),
    name: textOf(user['name']) ?? textOf(user['login']),
    groups: namesOf(groups, 'login'),
  }),
  discord: (user, { groups }) => ({
    email: textOf(user['email']),
    emailVerified: truthOf(user['verified']),
    name: textOf(user['global_name']) ?? textOf(user['username']),
    groups: namesOf(groups, 'id'),
  }),
  facebook: (user) => ({ email: textOf(user['email']), name: textOf(user['name']) }),
};

/** GitHub's profile shows an address that its owner chose; only the list says which of theirs was checked. */
function primaryOf(emails: unknown): PersonFacts {
  const list = Array.isArray(emails) ? emails.map(objectOf) : [];
  const primary = list.find((each) => each['primary'] === true);
  return { email: textOf(primary?.['email']), emailVerified: primary?.['verified'] === true };
}

function namesOf(list: unknown, field: string): readonly string[] | undefined {
  return Array.isArray(list) ? groupsOf(list.map((item) => objectOf(item)[field])) : undefined;
}

/** Numbers at GitHub, texts of digits elsewhere. */
function subjectOf(id: unknown): string | undefined {
  if (typeof id === 'number') return Number.isSafeInteger(id) && id > 0 ? String(id) : undefined;
  return typeof id === 'string' && /^\d+$/.test(id) && id.length <= MOST_DIGITS ? id : undefined;
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
