import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { keptSecret } from './kept-secret.js';
import { profileOf, type Profile } from './profile.js';
import { platformConfig } from './platform.config.js';
import { type ConfigOf, type ConfigProblem, type ConfigSlice, declaredSlices, type Variables } from './slice.js';
import { RuleError, type Variable } from './variable.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The start must not go on: names every bad variable, prints no value. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly ConfigProblem[]) {
    super(
      `The configuration is not valid:\n${problems.map(({ variable, rule }) => `  ${variable} ${rule}`).join('\n')}\n` +
        'See docs/configuration.md. Values are not shown.',
    );
    this.name = 'ConfigError';
  }
}

export interface ConfigDescription {
  readonly profile: Profile;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly warnings: readonly ConfigProblem[];
}

/** The configuration of the process: validated, frozen, and able to show itself without its secrets. */
export class Config {
  constructor(
    readonly profile: Profile,
    readonly warnings: readonly ConfigProblem[],
    private readonly values: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  ) {}

  get<V extends Variables>(slice: ConfigSlice<V>): ConfigOf<ConfigSlice<V>> {
    const values = this.values.get(slice.name);
    if (!values)
      throw new Error(`The configuration slice "${slice.name}" was declared after the configuration was loaded.`);
    return values as ConfigOf<ConfigSlice<V>>;
  }

  slices(): { slice: ConfigSlice; values: Readonly<Record<string, unknown>> }[] {
    return declaredSlices().map((slice) => ({ slice, values: this.get(slice) }));
  }

  /** Every variable by name; a secret that is set is `***`, whatever is not set is null. */
  redacted(): Record<string, unknown> {
    const shown: Record<string, unknown> = { NODE_ENV: this.profile };
    for (const { slice, values } of this.slices()) {
      for (const [name, variable] of Object.entries(slice.variables))
        shown[variable.env] = mask(variable, values[name]);
    }
    return shown;
  }

  /** The configuration as an administrator may see it. */
  describe(): ConfigDescription {
    return { profile: this.profile, variables: this.redacted(), warnings: this.warnings };
  }

  /** Every secret value, and each of a list, so that the logger can recognise them wherever they turn up. */
  secrets(): string[] {
    return this.slices().flatMap(({ slice, values }) =>
      Object.entries(slice.variables).flatMap(([name, variable]) => {
        const value = values[name];
        if (!variable.secret) return [];
        if (typeof value === 'object') return secretsIn(value);
        if (typeof value !== 'string' || value === '') return [];
        return value.includes(',') ? [value, ...value.split(',').map((item) => item.trim())] : [value];
      }),
    );
  }
}

/** Fields of a document whose texts are secrets; its other texts are names that logs must be able to show. */
const SECRET_FIELD = /secret|password|private|token/i;

function secretsIn(value: unknown, name = ''): string[] {
  if (typeof value === 'string') return SECRET_FIELD.test(name) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => secretsIn(item, name));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, item]) => secretsIn(item, field));
}

/** A variable that is no secret can still carry one: the password in a URL. */
function mask(variable: Variable<unknown>, value: unknown): unknown {
  if (value === undefined) return null;
  if (variable.secret) return '***';
  return typeof value === 'string' ? value.replace(/(?<=\/\/)[^\s/@]*(?=@)/, '***') : value;
}

/** The process's environment, completed by a `.env` file in the working directory. What is set wins. */
export function readEnvironment(directory: string = process.cwd()): Environment {
  let file: Record<string, string | undefined> = {};
  try {
    file = parseEnv(readFileSync(join(directory, '.env'), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new ConfigError([{ variable: '.env', rule: 'cannot be read: check its permissions' }]);
    }
  }
  return { ...file, ...process.env };
}

/**
 * Validates every declared variable.
 *
 * @param own variables that the process has set itself, which nobody needs to be warned of
 * @throws ConfigError naming every variable that is not valid
 */
export function loadConfig(given: Environment, own: Environment = {}): Config {
  const environment = { ...given, ...own };
  const problems: ConfigProblem[] = [];
  const warnings: ConfigProblem[] = [];
  const values = new Map<string, Readonly<Record<string, unknown>>>();
  const profile = profileOf(environment.NODE_ENV);
  if (!profile) problems.push({ variable: 'NODE_ENV', rule: 'must be development, test, staging or production' });
  const reader = new Reader(environment, profile, problems, warnings);
  for (const slice of declaredSlices()) {
    const entries = Object.entries(slice.variables).map(([name, variable]) => [name, reader.read(variable)] as const);
    const frozen = Object.freeze(Object.fromEntries(entries));
    values.set(slice.name, frozen);
    problems.push(...newProblems(slice.check?.(frozen) ?? [], problems));
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const heeded = warnings.filter(({ variable }) => own[variable] === undefined);
  return new Config(profile ?? 'production', heeded, values);
}

/** A bad value was replaced by its default, of which nothing is to be said. */
function newProblems(found: readonly ConfigProblem[], known: readonly ConfigProblem[]): ConfigProblem[] {
  return found.filter(({ variable }) => known.every((problem) => problem.variable !== variable));
}

/** Reads one variable after another and keeps what is wrong with them. */
class Reader {
  /** Undefined when it is not valid itself: nothing is made there. */
  private readonly dataDir: string | undefined;

  constructor(
    private readonly environment: Environment,
    private readonly profile: Profile | undefined,
    private readonly problems: ConfigProblem[],
    private readonly warnings: ConfigProblem[],
  ) {
    const { dataDir } = platformConfig.variables;
    const text = environment[dataDir.env] || String(dataDir.defaultValue);
    this.dataDir = isValid(dataDir, text) ? text : undefined;
  }

  /** The value; its default where what is given is not valid, so that the other rules can still be checked. */
  read(variable: Variable<unknown>): unknown {
    try {
      const value = this.value(variable);
      if (value === undefined) return variable.defaultValue;
      this.harden(variable, value);
      return value;
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      this.problems.push({ variable: variable.env, rule: error.message });
      return variable.defaultValue;
    }
  }

  private value(variable: Variable<unknown>): unknown {
    const text = this.environment[variable.env];
    if (text) return variable.parse(text, this.environment);
    const { profile, dataDir } = this;
    // Which rules there are is known by the profile.
    if (!variable.generated || profile === undefined || dataDir === undefined) return undefined;
    if (profile === 'production') {
      throw new RuleError('must be set in production, because every replica needs the same one');
    }
    return keptSecret(dataDir, variable);
  }

  private harden(variable: Variable<unknown>, value: unknown): void {
    const rule = this.profile === undefined ? undefined : variable.hardening?.refuse(value);
    if (!rule) return;
    const stops = this.profile !== undefined && variable.hardening?.stopsIn.includes(this.profile);
    (stops ? this.problems : this.warnings).push({ variable: variable.env, rule });
  }
}

function isValid(variable: Variable<unknown>, text: string): boolean {
  try {
    variable.parse(text);
    return true;
  } catch {
    return false;
  }
}
