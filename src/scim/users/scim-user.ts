import { isEmail } from 'class-validator';
import { canonicalEmail } from '#libs/kernel';
import { flagOf, listOf, objectOf, own, textOf } from '../protocol/scim.values.js';
import { scimErrors } from '../scim.errors.js';

/** What a directory says of a person. */
export interface ScimUser {
  readonly userName: string;
  readonly externalId: string | null;
  readonly active: boolean;
  readonly displayName: string | null;
  readonly formattedName: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  /** In canonical form. */
  readonly email: string;
  readonly emailType: string | null;
  /** False where the name of the user is the address as well. */
  readonly emailGiven: boolean;
}

const LONGEST_EMAIL = 254;
const LONGEST_NAME = 100;

/**
 * Reads a person as a POST or PUT brings them. What is not known here is let go, as is what only we say: nobody makes
 * himself an administrator by an attribute.
 *
 * @throws DomainError scim_invalid_syntax, scim_invalid_value
 */
export function readScimUser(body: unknown): ScimUser {
  const user = objectOf(body);
  const userName = textOf(own(user, 'userName'), 'userName', LONGEST_EMAIL);
  if (userName === null) throw scimErrors.scim_invalid_value({ message: 'userName is required.' });
  const name = own(user, 'name');
  const names = name === undefined ? {} : objectOf(name);
  const given = chosenEmail(own(user, 'emails'));
  return {
    userName,
    externalId: textOf(own(user, 'externalId'), 'externalId'),
    active: flagOf(own(user, 'active'), 'active') ?? true,
    displayName: textOf(own(user, 'displayName'), 'displayName'),
    formattedName: textOf(own(names, 'formatted'), 'name.formatted'),
    givenName: textOf(own(names, 'givenName'), 'name.givenName'),
    familyName: textOf(own(names, 'familyName'), 'name.familyName'),
    email: address(given?.value ?? userName),
    emailType: given?.type ?? null,
    emailGiven: given !== undefined,
  };
}

/** As a directory would send it: what a PATCH changes. */
export function writableOf(user: ScimUser): Record<string, unknown> {
  return {
    userName: user.userName,
    externalId: user.externalId,
    active: user.active,
    displayName: user.displayName,
    name: { formatted: user.formattedName, givenName: user.givenName, familyName: user.familyName },
    emails: user.emailGiven ? [{ value: user.email, type: user.emailType, primary: true }] : [],
  };
}

/** How others see the person. */
export function nameOf({ displayName, formattedName, givenName, familyName, userName }: ScimUser): string {
  const whole = [givenName, familyName].filter((part) => part !== null).join(' ');
  const name = displayName ?? formattedName ?? (whole === '' ? (userName.split('@')[0] ?? userName) : whole);
  return name.slice(0, LONGEST_NAME).toWellFormed();
}

function chosenEmail(value: unknown): { value: string; type: string | null } | undefined {
  const emails = listOf(value, 'emails').map((each) => {
    const email = objectOf(each);
    return {
      value: textOf(own(email, 'value'), 'emails.value', LONGEST_EMAIL),
      type: textOf(own(email, 'type'), 'emails.type'),
      isPrimary: flagOf(own(email, 'primary'), 'emails.primary') === true,
    };
  });
  const usable = emails.flatMap(({ value, ...email }) => (value === null ? [] : [{ ...email, value }]));
  return usable.find(({ isPrimary }) => isPrimary) ?? usable[0];
}

function address(text: string): string {
  const email = canonicalEmail(text);
  if (isEmail(email) && email.length <= LONGEST_EMAIL) return email;
  throw scimErrors.scim_invalid_value({
    message: 'A person needs an e-mail address: in emails, or as the userName.',
    param: 'emails',
  });
}
