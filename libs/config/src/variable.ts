import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Profile } from './profile.js';

/** A rule that a value must keep where it matters, and that only warns elsewhere. */
export interface Hardening<T> {
  /** The sentence that says what is wrong, without the value; undefined when nothing is. */
  refuse(value: T): string | undefined;
  /** The profiles in which the rule stops the start. In the others it warns. */
  readonly stopsIn: readonly Profile[];
}

/** One environment variable: where it comes from, what it may be, and what it is for. */
export interface Variable<T> {
  readonly env: string;
  readonly type: string;
  readonly description: string;
  /** Never printed: not in logs, dumps or errors. */
  readonly secret: boolean;
  readonly defaultValue: T | undefined;
  readonly hardening: Hardening<T> | undefined;
  /** For secrets: made once and kept in DATA_DIR, except in production, where it must be given. */
  readonly generated: boolean;
  /**
   * @param environment all variables, for a value that names others
   * @throws RuleError with the rule that the text breaks, never with the text
   */
  parse(text: string, environment?: Readonly<Record<string, string | undefined>>): T;
}

/** The rule that a value breaks; its message completes "VARIABLE …" and holds no value. */
export class RuleError extends Error {}

interface Options<T> {
  description: string;
  default?: T;
  hardening?: Hardening<T>;
}

type Presence<T, O> = O extends { default: T } ? T : T | undefined;

function make<T, O extends Options<T>>(
  env: string,
  type: string,
  options: O,
  parse: Variable<T>['parse'],
  extra: { secret?: boolean; generated?: boolean } = {},
): Variable<Presence<T, O>> {
  return {
    env,
    type,
    description: options.description,
    secret: extra.secret ?? false,
    defaultValue: options.default,
    hardening: options.hardening,
    generated: extra.generated ?? false,
    parse,
  };
}

/** Any text. */
export function text<O extends Options<string>>(env: string, options: O): Variable<Presence<string, O>> {
  return make(env, 'text', options, (value) => value);
}

/** Folders whose files are views of the system, and devices: nothing is kept there, and some never answer. */
const NO_FILES = /^\/(?:proc|sys|dev(?!\/shm))(?:\/|$)/;

/** A folder where files can be kept. */
export function folder<O extends Options<string>>(env: string, options: O): Variable<Presence<string, O>> {
  return make(env, 'folder', options, (value) => {
    if (NO_FILES.test(resolve(value))) throw new RuleError('must not be below /proc, /sys or /dev');
    return value;
  });
}

/** A whole number between two bounds, both included. */
export function integer<O extends Options<number> & { min: number; max: number }>(
  env: string,
  options: O,
): Variable<Presence<number, O>> {
  const { min, max } = options;
  return make(env, `integer ${min}–${max}`, options, (value) => {
    const number = Number(value);
    if (!/^-?\d+$/.test(value) || number < min || number > max) {
      throw new RuleError(`must be a whole number from ${min} to ${max}`);
    }
    return number;
  });
}

/** A TCP port; 0 lets the system choose a free one. */
export function port<O extends Options<number>>(env: string, options: O): Variable<Presence<number, O>> {
  return integer(env, { ...options, min: 0, max: 65_535 });
}

/** `true` or `false`, also spelt `1` / `0`. */
export function flag<O extends Options<boolean>>(env: string, options: O): Variable<Presence<boolean, O>> {
  return make(env, 'true or false', options, (value) => {
    if (value === 'true' || value === '1') return true;
    if (value === 'false' || value === '0') return false;
    throw new RuleError('must be true or false');
  });
}

/** One of a closed list of words. */
export function choice<const V extends readonly string[], const O extends Options<V[number]>>(
  env: string,
  values: V,
  options: O,
): Variable<Presence<V[number], O>> {
  return make<V[number], O>(env, values.join(' | '), options, (value) => {
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) throw new RuleError(`must be one of ${values.join(', ')}`);
    return found;
  });
}

/** Words separated by commas; empty ones are dropped. */
export function list<O extends Options<readonly string[]>>(
  env: string,
  options: O,
): Variable<Presence<readonly string[], O>> {
  return make<readonly string[], O>(env, 'list, comma separated', options, (value) =>
    Object.freeze(
      value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    ),
  );
}

/** Digits, where the port is, that make a URL none. */
const BAD_PORT = /^[a-z]+:\/\/[^/?#]*:\d{5,}(?:[/?#]|$)/;

/** An absolute URL in one of the given schemes; `secret` when it can carry a password. */
export function url<O extends Options<string> & { schemes: readonly string[]; secret?: boolean }>(
  env: string,
  options: O,
): Variable<Presence<string, O>> {
  const { schemes } = options;
  const rule = `must be an absolute URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  return make(
    env,
    'URL',
    options,
    (value) => {
      if (BAD_PORT.test(value) && !URL.canParse(value)) throw new RuleError('must have a port from 1 to 65535');
      if (!URL.canParse(value) || !schemes.includes(new URL(value).protocol.slice(0, -1))) throw new RuleError(rule);
      return value;
    },
    { secret: options.secret ?? false },
  );
}

/** A secret that somebody else gave us, such as a provider's key. */
export function secret<O extends Omit<Options<string>, 'default'>>(
  env: string,
  options: O,
): Variable<string | undefined> {
  return make<string, Options<string>>(env, 'secret', options, (value) => value, { secret: true });
}

const SECRET_MIN_LENGTH = 32;
const PLACEHOLDER = /change.?me|your.?(jwt|secret)|default|example|password|placeholder|^secret/i;

/**
 * A secret of our own, at least 32 characters. When it is not given it is made once and kept in DATA_DIR;
 * in production it must be given, because replicas share it.
 */
export function ownSecret(env: string, options: { description: string }): Variable<string> {
  return make<string, Options<string> & { default: string }>(
    env,
    `secret, ≥ ${SECRET_MIN_LENGTH} characters`,
    {
      ...options,
      default: '',
      hardening: {
        refuse: (value) =>
          PLACEHOLDER.test(value) || new Set(value).size < 8
            ? 'looks like a placeholder: use random characters, for example from `openssl rand -base64 48`'
            : undefined,
        stopsIn: ['local', 'staging', 'production'],
      },
    },
    (value) => {
      if (value.length < SECRET_MIN_LENGTH) throw new RuleError(`must have at least ${SECRET_MIN_LENGTH} characters`);
      return value;
    },
    { secret: true, generated: true },
  );
}

/** A JSON document that may hold secrets: nothing of it is printed. */
export function jsonDocument(env: string, options: { description: string }): Variable<unknown> {
  return make<unknown, Options<unknown>>(env, 'JSON', options, parseJson, { secret: true });
}

const PLACE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** The path of such a document. `${NAME}` in a text of it stands for the variable of that name. */
export function jsonFile(env: string, options: { description: string }): Variable<unknown> {
  const read: Variable<unknown>['parse'] = (path, environment = {}) =>
    filledIn(parseJson(contentOf(path)), environment);
  return make<unknown, Options<unknown>>(env, 'path of a JSON file', options, read, { secret: true });
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new RuleError('must be the path of a file that can be read');
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RuleError('must be valid JSON');
  }
}

/** After parsing, so that no value can change the document's shape. */
function filledIn(value: unknown, environment: Readonly<Record<string, string | undefined>>): unknown {
  if (typeof value === 'string') {
    return value.replace(PLACE, (_, name: string) => {
      const given = environment[name];
      if (given === undefined || given === '') throw new RuleError(`names \${${name}}, which is not set`);
      return given;
    });
  }
  if (Array.isArray(value)) return value.map((item) => filledIn(item, environment));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, filledIn(item, environment)]));
}
