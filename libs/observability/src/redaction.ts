const REDACTED = '[redacted]';

const SECRET_NAMES =
  'password|passwordHash|currentPassword|newPassword|secret|token|accessToken|refreshToken|authorization|proxy-authorization|' +
  'cookie|set-cookie|x-api-key|x-client-api-key|apiKey|api_key|key|keyHash|clientSecret|privateKey';
const NAMED = new RegExp(`^(?:${SECRET_NAMES})$`, 'i');
const NAMED_IN_JSON = new RegExp(`"(${SECRET_NAMES})":\\s*"(?:[^"\\\\]|\\\\.)*"`, 'gi');
/** Our keys, providers' keys, bearer and basic credentials, JWTs, argon2 hashes, passwords inside URLs. */
const SHAPES = [
  /\b(?:sk|slp|pk|rk)-[A-Za-z0-9_-]{8,}/g,
  /\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi,
  /\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g,
  /\$argon2[a-z]*\$[^\s"]+/g,
  /(?<=\/\/[^\s:/@"]*:)[^\s/@"]+(?=@)/g,
];

/**
 * Removes secrets from whatever is written down, by the name of a field and by the look of a value, and any
 * registered secret wherever it stands.
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
    let clean = line.replace(NAMED_IN_JSON, `"$1":"${REDACTED}"`);
    for (const shape of SHAPES) clean = clean.replace(shape, REDACTED);
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
