import type { Filter, FilterValue, Operator } from './filter.js';

type Compare = (left: string, right: string) => boolean;

const TEXTS: Readonly<Record<Operator, Compare>> = {
  eq: (left, right) => left === right,
  ne: (left, right) => left !== right,
  co: (left, right) => left.includes(right),
  sw: (left, right) => left.startsWith(right),
  ew: (left, right) => left.endsWith(right),
  gt: (left, right) => left > right,
  ge: (left, right) => left >= right,
  lt: (left, right) => left < right,
  le: (left, right) => left <= right,
};

/** Whether a value of an attribute with many is one that a path means: `emails[type eq "work"]`. */
export function matches(filter: Filter, value: Readonly<Record<string, unknown>>): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => matches(part, value));
    case 'or':
      return filter.parts.some((part) => matches(part, value));
    case 'not':
      return !matches(filter.part, value);
    case 'present':
      return named(value, filter.path.attribute) !== undefined;
    case 'compare':
      return compare(named(value, filter.path.attribute), filter.operator, filter.value);
    case 'within':
      return false;
  }
}

/** What a value must have to be one that the path means, where that is said by `eq` alone. */
export function wanted(filter: Filter): Record<string, FilterValue> {
  if (filter.kind === 'and') return Object.assign({}, ...filter.parts.map(wanted)) as Record<string, FilterValue>;
  if (filter.kind !== 'compare' || filter.operator !== 'eq') return {};
  return { [filter.path.attribute]: filter.value };
}

function compare(found: unknown, operator: Operator, value: FilterValue): boolean {
  if (typeof found === 'string' && typeof value === 'string') {
    return TEXTS[operator](found.toLowerCase(), value.toLowerCase());
  }
  const equal = flag(found) === flag(value);
  return operator === 'eq' ? equal : operator === 'ne' && !equal;
}

/** Microsoft's directory writes flags as texts. */
function flag(value: unknown): unknown {
  const text = typeof value === 'string' ? value.toLowerCase() : value;
  return text === 'true' ? true : text === 'false' ? false : value;
}

function named(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1];
}
