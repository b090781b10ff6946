import { picoToUsd } from '#libs/kernel';
import { type DtoClass, type FieldSpec, fieldsOf } from './fields.js';

const compiled = new WeakMap<DtoClass, readonly (readonly [name: string, spec: FieldSpec])[]>();

/**
 * A copy of a value that has the fields which the response class declares and no others: a new column of a
 * table cannot leak.
 *
 * @throws TypeError when a declared field is missing
 */
export function project(dto: DtoClass, value: object): Record<string, unknown> {
  let fields = compiled.get(dto);
  if (!fields) compiled.set(dto, (fields = [...fieldsOf(dto)]));
  const source = value as Record<string, unknown>;
  const copy: Record<string, unknown> = {};
  for (const [name, spec] of fields) {
    const item = source[name];
    if (item === undefined || (item === null && !spec.nullable)) {
      if (spec.optional) continue;
      throw new TypeError(`The answer lacks ${dto.name}.${name}.`);
    }
    copy[name] = item === null ? null : write(spec, item);
  }
  return copy;
}

/** @throws RangeError for what a number of JSON would round */
function safeInteger(value: bigint): number {
  if (!Number.isSafeInteger(Number(value))) throw new RangeError('The answer holds an integer that no number can.');
  return Number(value);
}

function write(spec: FieldSpec, value: unknown): unknown {
  if (spec.kind === 'nested' && spec.type) return project(spec.type(), value as object);
  if (spec.kind === 'list' && spec.type)
    return (value as object[]).map((item) => project((spec.type as () => DtoClass)(), item));
  if (spec.kind === 'usd' && typeof value === 'bigint') return picoToUsd(value);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'bigint') return safeInteger(value);
  return value;
}
