import { scimErrors } from '../scim.errors.js';
import type { Filter, FilterValue, Operator } from './filter.js';

type Bind = (value: unknown) => string;

/** What a question about one attribute is in SQL; undefined where it cannot be asked. */
export type Term = (
  operator: Operator | 'pr',
  value: FilterValue,
  bind: Bind,
) => string | undefined | Promise<string | undefined>;

/** Which resources are meant, in SQL, and the values for its parameters. */
export interface SqlFilter {
  readonly sql: string;
  readonly values: readonly unknown[];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SIGNS: Partial<Record<Operator, string>> = { eq: '=', gt: '>', ge: '>=', lt: '<', le: '<=' };

/**
 * Writes a filter as SQL. Names and operators come from the terms alone, values are parameters.
 *
 * @param terms by the name of the attribute in small letters: `name.givenname`
 * @throws DomainError scim_invalid_filter for what no term answers
 */
export async function toSql(filter: Filter, terms: Readonly<Record<string, Term>>): Promise<SqlFilter> {
  const values: unknown[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const write = async (part: Filter, within = ''): Promise<string> => {
    if (part.kind === 'and' || part.kind === 'or') {
      const parts: string[] = [];
      for (const each of part.parts) parts.push(await write(each, within));
      return `(${parts.join(part.kind === 'and' ? ' AND ' : ' OR ')})`;
    }
    // What is not known is not so; elsewhere the rows that are meant need no such word, and an index may find them.
    if (part.kind === 'not') return `NOT coalesce(${await write(part.part, within)}, false)`;
    const { attribute, sub } = part.path;
    const name = `${within}${attribute}${sub === undefined ? '' : `.${sub}`}`;
    if (part.kind === 'within') return write(part.part, `${name}.`);
    const [operator, value] = part.kind === 'present' ? (['pr', null] as const) : [part.operator, part.value];
    const sql = await (Object.hasOwn(terms, name) ? terms[name]?.(operator, value, bind) : undefined);
    if (sql === undefined) {
      throw scimErrors.scim_invalid_filter({ message: `"${name} ${operator}" cannot be asked for here.` });
    }
    return sql;
  };
  return { sql: await write(filter), values };
}

/** A column of text that has to be met as it is. */
export function exactly(column: string): Term {
  return (operator, value, bind) => {
    if (operator === 'pr') return `${column} IS NOT NULL`;
    return operator === 'eq' && typeof value === 'string' ? `${column} = ${bind(value)}` : undefined;
  };
}

/** A column of text in which the case of letters means nothing. */
export function anyCase(column: string): Term {
  return (operator, value, bind) => {
    if (operator === 'pr') return `${column} IS NOT NULL`;
    if (typeof value !== 'string') return undefined;
    const lower = (): string => `lower(${bind(value)}::text)`;
    if (operator === 'eq') return `lower(${column}) = ${lower()}`;
    if (operator === 'sw') return `starts_with(lower(${column}), ${lower()})`;
    return operator === 'co' ? `strpos(lower(${column}), ${lower()}) > 0` : undefined;
  };
}

/** A column of ids; what is no id is nobody's. */
export function identity(column: string): Term {
  return (operator, value, bind) => {
    if (operator !== 'eq' || typeof value !== 'string') return undefined;
    return UUID.test(value) ? `${column} = ${bind(value)}::uuid` : 'false';
  };
}

/** A column of moments. */
export function moments(column: string): Term {
  return (operator, value, bind) => {
    const sign = operator === 'pr' ? undefined : SIGNS[operator];
    const at = typeof value === 'string' ? new Date(value) : undefined;
    if (!sign || !at || Number.isNaN(at.getTime())) return undefined;
    return `date_trunc('milliseconds', ${column}) ${sign} ${bind(at)}`;
  };
}
