/** Reads the fields of an object that an operator wrote, and notes what is wrong without repeating a value. */
export class FieldReader {
  private readonly known = new Set<string>();
  private readonly source: Readonly<Record<string, unknown>>;

  /**
   * @param at where the object stands, such as `[0]`
   * @param problems gets a sentence for each: `[0].clientId must be a text`
   */
  constructor(
    source: unknown,
    private readonly at: string,
    private readonly problems: string[],
  ) {
    const isObject = typeof source === 'object' && source !== null && !Array.isArray(source);
    if (!isObject) problems.push(`${at} must be an object`);
    this.source = isObject ? (source as Record<string, unknown>) : {};
  }

  /** A text that is not empty; empty where it is not there, which is noted. */
  text(name: string, rule?: { readonly pattern: RegExp; readonly says: string }): string {
    const value = this.optionalText(name, rule);
    if (value === undefined && this.take(name) === undefined) this.wrong(name, 'must be set');
    return value ?? '';
  }

  optionalText(name: string, rule?: { readonly pattern: RegExp; readonly says: string }): string | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value.trim() === '') return this.wrong(name, 'must be a text that is not empty');
    if (rule && !rule.pattern.test(value)) return this.wrong(name, rule.says);
    return value;
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.take(name) ?? fallback;
    if (typeof value === 'boolean') return value;
    this.wrong(name, 'must be true or false');
    return fallback;
  }

  integer(name: string, { min, max, fallback }: { min: number; max: number; fallback: number }): number {
    const value = this.take(name) ?? fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    this.wrong(name, `must be a whole number from ${min} to ${max}`);
    return fallback;
  }

  choice<const V extends string>(name: string, values: readonly V[], fallback?: V): V {
    const value = this.take(name) ?? fallback;
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) this.wrong(name, `must be one of ${values.join(', ')}`);
    return found ?? (values[0] as V);
  }

  texts(name: string, fallback: readonly string[] = [], oneOf?: readonly string[]): readonly string[] {
    const value = this.take(name) ?? fallback;
    const isList = Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '');
    if (!isList) this.wrong(name, 'must be a list of texts');
    const list = isList ? (value as readonly string[]) : fallback;
    if (oneOf && !list.every((item) => oneOf.includes(item))) this.wrong(name, `must hold only ${oneOf.join(', ')}`);
    return list;
  }

  /** Texts by name, in the order in which they were written. */
  map(name: string): ReadonlyMap<string, string> {
    const value = this.take(name) ?? {};
    const isMap =
      typeof value === 'object' &&
      !Array.isArray(value) &&
      Object.values(value).every((item) => typeof item === 'string');
    if (!isMap) this.wrong(name, 'must be an object of texts');
    return new Map(isMap ? Object.entries(value as Record<string, string>) : []);
  }

  /** An address that is spoken to with TLS; without it only this very machine, where that is allowed. */
  url(name: string, { fallback, allowPrivate }: { fallback?: string | undefined; allowPrivate: boolean }): string {
    const value = this.optionalText(name) ?? fallback;
    if (value === undefined) {
      if (this.take(name) === undefined) this.wrong(name, 'must be set');
      return '';
    }
    if (!isSafeUrl(value, allowPrivate)) {
      this.wrong(name, 'must be an https:// address; http:// only of this machine and with allowPrivate');
    }
    return value;
  }

  /** An object in the object. */
  inner(name: string): FieldReader {
    return new FieldReader(this.take(name) ?? {}, `${this.at}.${name}`, this.problems);
  }

  /** Notes every field that nobody asked for: it is a mistake in writing, and would be without effect. */
  finish(): void {
    for (const name of Object.keys(this.source)) if (!this.known.has(name)) this.wrong(name, 'is not a known setting');
  }

  /** Notes what is wrong with a field. */
  wrong(name: string, rule: string): undefined {
    this.problems.push(`${this.at}.${name.slice(0, 60)} ${rule}`);
  }

  private take(name: string): unknown {
    this.known.add(name);
    return Object.hasOwn(this.source, name) ? (this.source[name] ?? undefined) : undefined;
  }
}

function isSafeUrl(text: string, allowPrivate: boolean): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, hash } = new URL(text);
  if (username !== '' || password !== '' || hash !== '') return false;
  if (protocol === 'https:') return true;
  return protocol === 'http:' && allowPrivate && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
