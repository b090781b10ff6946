import { GROUP_SCHEMA, USER_SCHEMA } from './scim.names.js';

/** An attribute, or one within it: `userName`, `name.givenName`. Names are in small letters, their case means nothing. */
export interface AttributePath {
  readonly attribute: string;
  readonly sub?: string;
}

const PREFIXES = [USER_SCHEMA, GROUP_SCHEMA].map((schema) => `${schema}:`.toLowerCase());
const NAME = /^[a-z$][a-z0-9$_-]*(?:\.[a-z$][a-z0-9$_-]*)?$/;
const URN = /^urn:[a-z0-9:._-]+$/;

/**
 * Reads a name of RFC 7644 §3.10, with or without its schema. An attribute of a schema that is not known here keeps its
 * whole name.
 *
 * @returns undefined for what is no name
 */
export function readAttributePath(text: string): AttributePath | undefined {
  const lower = text.toLowerCase();
  const prefix = PREFIXES.find((each) => lower.startsWith(each));
  const name = prefix === undefined ? lower : lower.slice(prefix.length);
  if (prefix === undefined && URN.test(name)) return { attribute: name };
  if (!NAME.test(name)) return undefined;
  const [attribute = '', sub] = name.split('.');
  return sub === undefined ? { attribute } : { attribute, sub };
}
