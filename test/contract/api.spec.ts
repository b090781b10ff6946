import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DataSource } from 'typeorm';
import { Routes } from '#libs/access';
import { openApiDocument, STATUS } from '#libs/http';
import { errorCatalogue } from '#libs/kernel';
import { createApp, type TestApp } from '../support/app.js';

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

describe('the API and what is written of it', () => {
  let t: TestApp;
  let operations: { readonly name: string; readonly operation: Operation }[];

  beforeAll(async () => {
    t = await createApp();
    operations = Object.entries(openApiDocument(t.app).paths).flatMap(([path, item]) =>
      Object.entries(item).map(([verb, operation]) => ({
        name: `${verb.toUpperCase()} ${path}`,
        operation: operation as Operation,
      })),
    );
  });
  afterAll(() => t.close());

  it('documents each error code under the status that it is answered with', () => {
    const statusOf = new Map(errorCatalogue().map(({ code, kind }) => [code, STATUS[kind][0]]));
    const wrong = operations.flatMap(({ name, operation }) =>
      Object.entries(operation.responses).flatMap(([status, { description }]) => {
        const [, codes = ''] = /Codes: (.+)\.$/.exec(description) ?? [];
        return [...codes.matchAll(/`([^`]+)`/g)]
          .filter(([, code = '']) => statusOf.get(code) !== Number(status))
          .map(([, code = '']) => `${name}: ${code} under ${status}, answered with ${statusOf.get(code) ?? 'nothing'}`);
      }),
    );
    expect(operations.length).toBeGreaterThan(30);
    expect(wrong).toEqual([]);
  });

  it('documents no code twice for one operation', () => {
    const twice = operations.filter(({ operation }) => {
      const codes = Object.values(operation.responses).flatMap(({ description }) => [
        ...description.matchAll(/`[^`]+`/g),
      ]);
      const names = codes.map(String);
      return new Set(names).size !== names.length;
    });
    expect(twice.map(({ name }) => name)).toEqual([]);
  });

  it('says of a body that it can be malformed, too large or of another type, only where there is one', () => {
    const statuses = (name: string): string[] =>
      Object.keys(operations.find((each) => each.name === name)?.operation.responses ?? {});
    expect(statuses('POST /api/auth/login')).toEqual(expect.arrayContaining(['400', '413', '415', '503']));
    expect(statuses('GET /api/v1/auth/me')).toEqual(['200', '401', '403', '500', '503']);
    expect(statuses('GET /liveness')).toEqual(['200', '500']);
  });

  it('names each operation once, for the methods of SDKs', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('lists in docs/routes.md who may use which route', () => {
    const page = readFileSync(resolve(__dirname, '../../docs/routes.md'), 'utf8');
    const [, listed = ''] = /```text\n([^]*?)\n```/.exec(page) ?? [];
    expect(listed.split('\n')).toEqual(t.app.get(Routes).matrix());
  });

  it('maps each field of an entity to a column of the same nullability', async () => {
    const { rows } = await t.db.query<{ place: string; nullable: boolean | null }>(
      `SELECT table_name || '.' || column_name AS place,
              CASE WHEN table_type = 'VIEW' THEN NULL ELSE is_nullable = 'YES' END AS nullable
         FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = 'public'`,
    );
    const columns = new Map(rows.map(({ place, nullable }) => [place, nullable]));
    const entities = t.app.get(DataSource).entityMetadatas;
    const mapped = entities.flatMap(({ tableName, columns: fields }) =>
      fields.map(({ databaseName, isNullable }) => ({ place: `${tableName}.${databaseName}`, nullable: isNullable })),
    );
    expect(entities.length).toBeGreaterThan(5);
    // PostgreSQL does not know of a view's columns what may be null.
    const fits = (known: boolean | null | undefined, nullable: boolean) => known === null || known === nullable;
    expect(mapped.filter(({ place, nullable }) => !fits(columns.get(place), nullable))).toEqual([]);
  });
});
