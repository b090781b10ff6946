import { randomToken } from '#libs/crypto';

/** A rule that a password breaks. The message completes "The password …" and never holds the password. */
export interface BrokenRule {
  readonly rule: string;
  readonly message: string;
}

interface Rule extends BrokenRule {
  readonly breaks: (password: string, email: string) => boolean;
}

export const PASSWORD_MIN_LENGTH = 10;
export const PASSWORD_MAX_LENGTH = 128;

/** A shorter local part is in too many good passwords by chance. */
const TELLING_LOCAL_PART = 3;

/** The words that the lists of leaked passwords begin with. What people add round them changes little. */
const COMMON = new Set(
  (
    'password passwort passw0rd motdepasse contrasena qwerty qwertyuiop qwertz azerty asdfgh asdfghjkl zxcvbn zxcvbnm ' +
    'qazwsx qweasd abc abcd abcdef abcdefgh letmein welcome willkommen login admin administrator root user guest test ' +
    'testing default changeme changeit secret iloveyou monkey dragon football baseball basketball superman batman ' +
    'sunshine princess master shadow michael jordan starwars whatever hello trustno freedom ninja mustang access flower ' +
    'summer winter spring autumn january february sommer computer internet samsung google pokemon liverpool charlie'
  ).split(' '),
);

const DISGUISES: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
};

const undisguised = (text: string): string => text.replace(/[@431!0$5]/g, (sign) => DISGUISES[sign] ?? sign);
const letters = (text: string): string => text.replace(/[^a-z]/g, '');

/** Whether a word from the list is all that is left without digits, signs and capitals. */
function isCommon(password: string): boolean {
  const lower = password.toLowerCase();
  const core = lower.replace(/^[^a-z@$]+|[^a-z]+$/g, '');
  const word = [letters(lower), letters(undisguised(core)), letters(undisguised(lower))].find((text) =>
    COMMON.has(text),
  );
  return word !== undefined || /^(.+?)\1+$/u.test(lower);
}

function holdsLocalPart(password: string, email: string): boolean {
  const local = email.slice(0, Math.max(email.lastIndexOf('@'), 0));
  return local.length >= TELLING_LOCAL_PART && password.toLowerCase().includes(local);
}

const RULES: readonly Rule[] = [
  {
    rule: 'length',
    message: `must have ${PASSWORD_MIN_LENGTH} to ${PASSWORD_MAX_LENGTH} characters`,
    breaks: (password) => {
      const { length } = Array.from(password);
      return length < PASSWORD_MIN_LENGTH || length > PASSWORD_MAX_LENGTH;
    },
  },
  { rule: 'uppercase', message: 'must have a capital letter', breaks: (password) => !/\p{Lu}/u.test(password) },
  { rule: 'lowercase', message: 'must have a small letter', breaks: (password) => !/\p{Ll}/u.test(password) },
  { rule: 'digit', message: 'must have a digit', breaks: (password) => !/\p{Nd}/u.test(password) },
  {
    rule: 'special',
    message: 'must have a character that is neither letter nor digit',
    breaks: (password) => !/[^\p{L}\p{N}]/u.test(password),
  },
  { rule: 'common', message: 'must not be a common password', breaks: isCommon },
  { rule: 'personal', message: 'must not hold the name part of the e-mail address', breaks: holdsLocalPart },
];

/**
 * Every rule that a new password breaks; none when it is good.
 *
 * @param email in canonical form
 */
export function brokenPasswordRules(password: string, email: string): BrokenRule[] {
  return RULES.filter(({ breaks }) => breaks(password, email)).map(({ rule, message }) => ({ rule, message }));
}

/** 120 random bits that happen to keep the policy. */
export function madeUpPassword(email: string): string {
  for (;;) {
    const password = randomToken(15);
    if (brokenPasswordRules(password, email).length === 0) return password;
  }
}
