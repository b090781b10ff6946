import { Routes } from '#libs/access';
import { createApp, type TestApp } from '../support/app.js';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: readonly object[];
  readonly responses: Readonly<Record<string, unknown>>;
  readonly 'x-access': string;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

const PRODUCTION = {
  NODE_ENV: 'production',
  JWT_SECRET: 'Zx8kQ2vT5nL0wR7yB4mH9cJ1sD6fG3pA-uE_iOo',
  PASSWORD_HASH_MEMORY_KIB: '19456',
};

/** Routes that are not listed, each with its reason. */
const UNLISTED: Readonly<Record<string, string>> = {
  'GET /api/v1/models/{vendor}/{path}': 'GET /api/v1/models/{id} for ids with slashes that were not encoded',
};

describe('the documentation', () => {
  let t: TestApp;
  let document: Document;
  beforeAll(async () => {
    t = await createApp({ environment: { NODE_ENV: 'development' } });
    document = (await t.http.get<Document>('/openapi.json')).body;
  });
  afterAll(() => t.close());

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, operation })),
    );

  it('H-16 is served in development', async () => {
    const { status, headers } = await t.http.get('/docs');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/html');
    expect(document.openapi).toMatch(/^3\./);
  });

  it('H-16 is not there in production, unless it is switched on', async () => {
    const statuses = async (app: TestApp) =>
      Promise.all(
        ['/docs', '/docs/', '/openapi.json', '/openapi.yaml'].map(async (path) => (await app.http.get(path)).status),
      );
    const closed = await createApp({ environment: PRODUCTION });
    const opened = await createApp({ environment: { ...PRODUCTION, DOCS_ENABLED: 'true' } });
    try {
      expect(await statuses(closed)).toEqual([404, 404, 404, 404]);
      expect((await statuses(opened)).slice(0, 3)).toEqual([200, 200, 200]);
    } finally {
      await closed.close();
      await opened.close();
    }
  });

  it('H-16 lists every route', () => {
    const routes = t.app
      .get(Routes)
      .list()
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{path}')}`)
      .filter((route) => !(route in UNLISTED));
    expect(routes.length).toBeGreaterThan(20);
    const listed = operations().map(({ route }) => route);
    expect(listed.sort()).toEqual([...new Set(routes)].sort());
  });

  it('H-16 says of every route what it is for, who may use it and how it fails', () => {
    const lacking = operations().filter(
      ({ operation: { summary, responses, ...rest } }) =>
        !summary ||
        !rest['x-access'] ||
        !('500' in responses) ||
        !Object.keys(responses).some((status) => status < '300'),
    );
    expect(lacking).toEqual([]);
    const open = operations().filter(({ operation }) => !operation.security && operation['x-access'] !== 'public');
    expect(open).toEqual([]);
  });

  it('H-16 gives every operation a name of its own, and refers to nothing that is not there', () => {
    const names = operations().map(({ operation }) => operation.operationId);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    expect(names.filter((name) => !/^[a-z][A-Za-z0-9]*$/.test(name))).toEqual([]);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.map(([, name = '']) => name).filter((name) => !(name in document.components.schemas))).toEqual(
      [],
    );
  });
});
