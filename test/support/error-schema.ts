import { openApiDocument } from '#libs/http';
import type { TestApp } from './app.js';

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean;
}

/**
 * Where a value does not match the schema that the OpenAPI document gives errors; empty when it does. A property that the
 * schema does not name is an offence as well.
 */
export function offencesAgainstErrorSchema(t: TestApp, value: unknown): string[] {
  const schemas = (openApiDocument(t.app).components?.schemas ?? {}) as Record<string, Schema>;
  const offences: string[] = [];
  const matches = (schema: Schema, node: unknown): boolean => {
    const before = offences.length;
    visit(schema, node, '');
    return offences.splice(before).length === 0;
  };
  const visit = (schema: Schema | undefined, node: unknown, at: string): void => {
    if (schema?.$ref !== undefined) return visit(schemas[schema.$ref.split('/').at(-1) ?? ''], node, at);
    if (schema?.allOf) return schema.allOf.forEach((part) => visit(part, node, at));
    if (!schema) return void offences.push(`${at} has no schema`);
    if (schema.oneOf) {
      const fitting = schema.oneOf.filter((one) => matches(one, node)).length;
      if (fitting !== 1) offences.push(`${at} is ${fitting} of its forms`);
      return;
    }
    if (schema.enum && !schema.enum.includes(node)) offences.push(`${at} is none of its words`);
    if (schema.type === 'string' && typeof node !== 'string') offences.push(`${at} is no text`);
    if (schema.type === 'array') {
      if (!Array.isArray(node)) return void offences.push(`${at} is no list`);
      return node.forEach((item, index) => visit(schema.items, item, `${at}[${index}]`));
    }
    if (schema.type !== 'object' && schema.properties === undefined) return;
    if (typeof node !== 'object' || node === null || Array.isArray(node))
      return void offences.push(`${at} is no object`);
    const present = node as Record<string, unknown>;
    for (const name of schema.required ?? []) if (!(name in present)) offences.push(`${at} lacks ${name}`);
    if (schema.additionalProperties === true) return;
    for (const [name, item] of Object.entries(present)) visit(schema.properties?.[name], item, `${at}.${name}`);
  };
  visit(schemas['ErrorDto'], value, 'error');
  return offences;
}
