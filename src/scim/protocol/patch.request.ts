import { scimErrors } from '../scim.errors.js';
import { type AttributePath, readAttributePath } from './attribute.path.js';
import { type Filter, FilterParser } from './filter.js';
import { PATCH_SCHEMA } from './scim.names.js';
import { objectOf, own } from './scim.values.js';
import { Tokens } from './tokens.js';

/** Where an operation changes something: `displayName`, `name.givenName`, `emails[type eq "work"].value`. */
export interface PatchPath extends AttributePath {
  readonly filter?: Filter;
}

/** One change of RFC 7644 §3.5.2. */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: PatchPath;
  readonly value: unknown;
  /** The path was the name of a field of the value, so that what it names may be something that cannot be changed. */
  readonly isNamedByValue: boolean;
}

const OPS = ['add', 'replace', 'remove'] as const;
const MOST_OPERATIONS = 1_000;

/**
 * Reads the body of a PATCH. Directories take liberties: Microsoft's writes `Add` for `add`, and without a path both
 * it and others send several attributes at once, each of which becomes an operation of its own.
 *
 * @throws DomainError scim_invalid_syntax, scim_invalid_path
 */
export function readPatch(body: unknown): PatchOperation[] {
  const request = objectOf(body);
  const schemas = own(request, 'schemas');
  const isPatch = Array.isArray(schemas) && schemas.some((schema) => lower(schema) === PATCH_SCHEMA.toLowerCase());
  const operations = own(request, 'operations');
  if (!isPatch || !Array.isArray(operations) || operations.length === 0 || operations.length > MOST_OPERATIONS) {
    throw scimErrors.scim_invalid_syntax({
      message: `A PATCH names the schema ${PATCH_SCHEMA} and has between 1 and ${MOST_OPERATIONS} Operations.`,
    });
  }
  return operations.flatMap(readOperation);
}

/** @throws DomainError scim_invalid_path */
export function readPatchPath(text: string): PatchPath {
  try {
    const tokens = new Tokens(text);
    const { value, kind } = tokens.take();
    const path = kind === 'word' ? readAttributePath(value) : undefined;
    if (!path) throw scimErrors.scim_invalid_path();
    if (tokens.isAtEnd) return path;
    tokens.expect('[');
    const filter = new FilterParser(tokens).filter();
    tokens.expect(']');
    const { attribute } = path;
    if (tokens.isAtEnd) return { attribute, filter };
    const [, sub] = /^\.([a-z$][a-z0-9$_-]*)$/i.exec(tokens.take().value) ?? [];
    if (sub === undefined || !tokens.isAtEnd || path.sub !== undefined) throw scimErrors.scim_invalid_path();
    return { attribute, filter, sub: sub.toLowerCase() };
  } catch (error) {
    throw scimErrors.scim_invalid_path({
      message: `The path "${text.slice(0, 100)}" is not understood.`,
      cause: error,
    });
  }
}

function readOperation(given: unknown): PatchOperation[] {
  const operation = objectOf(given);
  const op = OPS.find((each) => each === lower(own(operation, 'op')));
  if (!op) throw scimErrors.scim_invalid_syntax({ message: 'An operation is one of add, replace and remove.' });
  const path = own(operation, 'path');
  const value = own(operation, 'value');
  if (op !== 'remove' && value === undefined) {
    throw scimErrors.scim_invalid_value({ message: `An operation of the kind ${op} has a value.` });
  }
  if (typeof path === 'string' && path !== '') return [{ op, path: readPatchPath(path), value, isNamedByValue: false }];
  if (op === 'remove') throw scimErrors.scim_no_target({ message: 'An operation of the kind remove has a path.' });
  return Object.entries(objectOf(value)).map(([name, each]) => ({
    op,
    path: readPatchPath(name),
    value: each,
    isNamedByValue: true,
  }));
}

function lower(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}
