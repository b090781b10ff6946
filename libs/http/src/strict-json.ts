import { isUtf8 } from 'node:buffer';
import type { DomainError } from '#libs/kernel';
import { httpErrors } from './http.errors.js';

const MAX_DEPTH = 32;
const LONGEST_PATH = 100;
const MAX_NODES = 20_000;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses a JSON body of the control plane and refuses what no honest client sends: keys that reach for a
 * prototype, NUL bytes (PostgreSQL cannot store them), nesting and sizes that only serve to exhaust.
 *
 * @throws DomainError `malformed_json` or `validation_failed` with the path of the offence
 */
export function parseStrictJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw httpErrors.malformed_json({ message: 'The body is not valid UTF-8.' });
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw httpErrors.malformed_json();
  }
  inspect(value);
  return value;
}

/** @throws DomainError `validation_failed` with the path of the offence */
export function inspect(value: unknown, path = ''): void {
  let nodes = 0;
  const visit = (node: unknown, at: string, depth: number): void => {
    if (++nodes > MAX_NODES) throw refused(at, `more than ${MAX_NODES} values`);
    if (typeof node === 'string') {
      if (node.includes('\0')) throw refused(at, 'must not contain a NUL character');
      if (!node.isWellFormed()) throw refused(at, 'must be well-formed Unicode');
      return;
    }
    if (typeof node !== 'object' || node === null) {
      if (typeof node === 'number' && !Number.isFinite(node)) throw refused(at, 'must be a finite number');
      return;
    }
    if (depth >= MAX_DEPTH) throw refused(at, `must not be nested deeper than ${MAX_DEPTH} levels`);
    if (Array.isArray(node)) {
      node.forEach((item, index) => visit(item, `${at}[${index}]`, depth + 1));
      return;
    }
    for (const key of Object.keys(node)) {
      const here = at === '' ? key : `${at}.${key}`;
      if (FORBIDDEN_KEYS.has(key)) throw refused(here, 'is not an allowed name');
      if (key.includes('\0')) throw refused(at, 'must not have a NUL character in a name');
      visit((node as Record<string, unknown>)[key], here, depth + 1);
    }
  };
  visit(value, path, 0);
}

function refused(path: string, rule: string): DomainError {
  const param = path.slice(0, LONGEST_PATH);
  return httpErrors.validation_failed({
    message: `${param || 'The body'} ${rule}.`,
    param,
    details: [{ path: param, rule }],
  });
}
