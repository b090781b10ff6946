import { scimErrors } from '../scim.errors.js';
import { MOST_RESULTS } from './scim.names.js';

/** @throws DomainError scim_invalid_syntax */
export function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw scimErrors.scim_invalid_syntax({ message: 'An object is missing where one is expected.' });
}

/** The field of a name, whose case means nothing (RFC 7643 §2.1). Null is the same as nothing. */
export function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
  if (object[name] !== undefined) return object[name] ?? undefined;
  const lower = name.toLowerCase();
  return Object.entries(object).find(([key]) => key.toLowerCase() === lower)?.[1] ?? undefined;
}

/** A text without spaces around it; one of nothing but spaces is nothing. @throws DomainError scim_invalid_value */
export function textOf(value: unknown, name: string, max = 255): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw scimErrors.scim_invalid_value({ message: `${name} must be a text.` });
  const text = value.trim();
  if (text.length > max) {
    throw scimErrors.scim_invalid_value({ message: `${name} may have ${max} characters at most.` });
  }
  return text === '' ? null : text;
}

/** A flag; Microsoft's directory writes it as a text. @throws DomainError scim_invalid_value */
export function flagOf(value: unknown, name: string): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  if (text !== 'true' && text !== 'false') {
    throw scimErrors.scim_invalid_value({ message: `${name} must be true or false.` });
  }
  return text === 'true';
}

/** The values of an attribute with many; a single one may come without its list. @throws DomainError scim_invalid_value */
export function listOf(value: unknown, name: string, max = MOST_RESULTS): unknown[] {
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? value : [value];
  if (list.length > max) throw scimErrors.scim_invalid_value({ message: `${name} may have ${max} values at most.` });
  return list;
}
