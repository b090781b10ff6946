import { maskedEmail } from '#libs/kernel';

const REDACTED = '[redacted]';

/** Names of fields that hold secrets; a space stands for the join of any spelling: `apiKey`, `api_key`, `api-key`. */
const NAMES = [
  'password',
  'password hash',
  'current password',
  'new password',
  'old password',
  'secret',
  'secret hash',
  'client secret',
  'jwt secret',
  'token',
  'access token',
  'refresh token',
  'id token',
  'refresh hash',
  'authorization',
  'proxy authorization',
  'cookie',
  'set cookie',
  'x api key',
  'x client api key',
  'api key',
  'key',
  'key hash',
  'private key',
  'credential',
  'credentials',
];
const SECRET_NAMES = NAMES.map((name) => name.replaceAll(' ', '[-_]?')).join('|');
const NAMED = new RegExp(`^(?:${SECRET_NAMES})$`, 'i');
const TEXT = String.raw`"(?:[^"\\]|\\.)*"`;
const NAMED_IN_JSON = new RegExp(
  String.raw`"(${SECRET_NAMES})"\s*:\s*(?:${TEXT}|\[\s*${TEXT}(?:\s*,\s*${TEXT})*\s*\]|-?\d[\d.eE+-]*)`,
  'gi',
);
/** JSON inside a text inside JSON, as errors quote it. */
const NAMED_IN_QUOTED_JSON = new RegExp(String.raw`\\+"(${SECRET_NAMES})\\+"\s*:\s*\\+"(?:(?!\\+").)*\\+"`, 'gi');
const NAMED_IN_FORM = new RegExp(String.raw`(?<=\b(?:${SECRET_NAMES})=)[^&\s"';,]{3,}`, 'gi');
/** Our keys, providers' keys, bearer and basic credentials, JWTs, password hashes, passwords inside URLs. */
const SHAPES = [
  /\b(?:sk|slp|pk|rk)-[A-Za-z0-9_-]{8,}/g,
  /\bslp_[A-Za-z0-9_-]{8,}/g,
  /\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi,
  /\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g,
  /\$argon2[a-z]*\$[^\s"]+/g,
  /\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}/g,
  /(?<=\/\/[^\s:/@"]*:)[^\s/@"]+(?=@)/g,
];
/** Addresses of people, also as they stand in a URL. Bounded, so that a long line costs no more than its length. */
const ADDRESS = /[\p{L}\p{N}._%+'-]{1,64}(?:@|%40)(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/gu;
/** Telephone numbers as they are kept: E.164. */
const PHONE = /(?<![\p{L}\p{N}.:])\+[1-9]\d{7,12}(\d\d)(?!\d)/gu;
/** Whatever is removed by its name or its look has one of these in it; most lines have none and are let pass at once. */
const SUSPECTS = [
  ...new Set(NAMES.map((name) => name.split(' ').at(-1) ?? name)),
  'sk-',
  'pk-',
  'rk-',
  'slp-',
  'slp_',
  'bearer',
  'basic',
  'eyj',
  '$argon2',
  '$2',
  '@',
  '%40',
];

/**
 * Removes secrets from whatever is written down, by the name of a field and by the look of a value, and any
 * registered secret wherever it stands. Addresses of people are masked: their owner can tell which one it is.
 */
export class Redactor {
  private known: string[] = [];

  /** Registers values, such as the secrets of the configuration, that must never be written. */
  register(values: readonly string[]): void {
    const escaped = values.map((value) => JSON.stringify(value).slice(1, -1));
    this.known = [...new Set([...this.known, ...values, ...escaped])].filter((value) => value.length >= 6);
  }

  /** A text, or a line of JSON, without its secrets. */
  text(line: string): string {
    const small = line.toLowerCase();
    let clean = SUSPECTS.some((suspect) => small.includes(suspect)) ? withoutSuspects(line) : line;
    if (line.includes('+')) clean = clean.replace(PHONE, '+***$1');
    for (const value of this.known) if (clean.includes(value)) clean = clean.replaceAll(value, REDACTED);
    return clean;
  }

  /** A copy of plain data without its secrets. */
  data(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.data(item));
    if (value === null || typeof value !== 'object' || value instanceof Date) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name,
        NAMED.test(name) && item !== null ? REDACTED : this.data(item),
      ]),
    );
  }
}

function withoutSuspects(line: string): string {
  let clean = line
    .replace(NAMED_IN_JSON, `"$1":"${REDACTED}"`)
    .replace(NAMED_IN_QUOTED_JSON, String.raw`\"$1\":\"${REDACTED}\"`)
    .replace(NAMED_IN_FORM, REDACTED);
  for (const shape of SHAPES) clean = clean.replace(shape, REDACTED);
  return clean.replace(ADDRESS, (address) => maskedEmail(address.replace('%40', '@')));
}
