/**
 * The import graph of the house, as two tables and the doors between the rooms.
 * `npm run check:graph` holds the code to it and redraws docs/import-graph.md; a new edge starts here.
 */

/** Which lib may import which. A lib that is missing here may import no other lib. */
export const LIBS = {
  kernel: [],
  spool: ['kernel'],
  config: ['kernel'],
  observability: ['kernel', 'config'],
  crypto: ['kernel', 'config', 'database', 'events'],
  cache: ['kernel', 'config', 'observability'],
  database: ['kernel', 'config', 'observability'],
  upstream: ['kernel', 'config', 'observability'],
  access: ['kernel', 'config', 'observability'],
  events: ['kernel', 'observability', 'database', 'access'],
  jobs: ['kernel', 'config', 'observability', 'database'],
  http: ['kernel', 'config', 'observability', 'access'],
  mail: ['kernel', 'config', 'observability', 'crypto', 'events', 'http'],
  limits: ['kernel', 'config', 'observability', 'crypto', 'cache', 'database', 'access', 'http'],
  settings: ['cache', 'database', 'events'],
  privacy: [],
  wire: ['kernel'],
  simulator: ['kernel'],
  sdk: [],
};

/** Which feature may import which. A feature that is missing here may import no other feature. */
export const FEATURES = {
  encryption: [],
  users: [],
  providers: [],
  usage: ['users'],
  audit: [],
  notifications: [],
  settings: [],
  auth: ['users'],
  teams: ['users'],
  privacy: ['users', 'auth'],
  permissions: ['users', 'teams'],
  scim: ['users', 'teams', 'auth'],
  models: ['providers'],
  subscriptions: ['users', 'teams', 'models'],
  'api-keys': ['users', 'teams', 'subscriptions'],
  gateway: ['models', 'subscriptions', 'usage', 'providers', 'api-keys'],
};

/** What a feature shows to the others beside its module file and its events. */
export const CAPABILITIES = [
  'src/users/account.standing.ts',
  'src/users/user.directory.ts',
  // Whoever may manage people may do so wherever that is done.
  'src/users/users.permissions.ts',
  'src/users/account.changes.ts',
  'src/users/statistics/user.statistics.ts',
  'src/auth/sessions/session.authenticator.ts',
  'src/auth/protection/own.password.ts',
  'src/auth/sessions/whence.decorator.ts',
  'src/auth/federation/identities/provisioned.identities.ts',
  'src/privacy/account.deletion.ts',
  'src/teams/team.membership.ts',
  'src/teams/directory.teams.ts',
  'src/scim/tokens/scim.authenticator.ts',
  'src/permissions/permissions.ts',
  'src/providers/upstream.pool.ts',
  'src/models/model.catalog.ts',
  'src/subscriptions/entitlements.ts',
  'src/api-keys/api-key.authenticator.ts',
  'src/api-keys/api-key.directory.ts',
  'src/usage/rating.ts',
  'src/usage/usage.meter.ts',
  'src/usage/kept.responses.ts',
  'src/usage/limits/call.limits.ts',
  'src/usage/balance/prepaid.holds.ts',
  'src/usage/budgets/budget.standings.ts',
];

/** What the composition root and the boot need of a feature beyond what other features may see. */
const ROOT_ONLY = [
  'src/audit/refusal.recorder.ts',
  'src/api-keys/personal-data.ts',
  'src/audit/personal-data.ts',
  'src/auth/personal-data.ts',
  'src/models/personal-data.ts',
  'src/notifications/personal-data.ts',
  'src/privacy/personal-data.ts',
  'src/scim/personal-data.ts',
  'src/subscriptions/personal-data.ts',
  'src/teams/personal-data.ts',
  'src/usage/personal-data.ts',
  'src/users/personal-data.ts',
  'src/auth/auth.config.ts',
  'src/auth/first-administrator.ts',
  'src/auth/passwords/password.reset.ts',
  'src/providers/configured-providers.ts',
  'src/encryption/encryption.rotation.ts',
  'src/providers/providers.config.ts',
  'src/models/models.service.ts',
  'src/models/price.book.ts',
  'src/usage/price.history.ts',
  'src/usage/verify/ledger.verification.ts',
  'src/subscriptions/subscriptions.service.ts',
  'src/usage/budgets/budget.limits.ts',
  'src/api-keys/api-keys.service.ts',
];

const SPEC = String.raw`\.(spec|e2e-spec)\.ts$`;
const escape = (text) => text.replaceAll('.', String.raw`\.`);
const oneOf = (names) => (names.length === 0 ? '(?!)' : `(${names.join('|')})`);
const doorsOf = (files) => files.map((file) => `^${escape(file)}$`);
const DOORS = [String.raw`^src/[^/]+/[^/]+\.module\.ts$`, String.raw`^src/[^/]+/events/`, ...doorsOf(CAPABILITIES)];

const ROOT_DOORS = [...DOORS, ...doorsOf(ROOT_ONLY)];

const edgesOf = (root, table) =>
  Object.entries(table).map(([name, allowed]) => ({
    name: `${root}/${name}`,
    comment:
      allowed.length === 0
        ? `${root}/${name} imports no other ${root === 'libs' ? 'lib' : 'feature'}.`
        : `${root}/${name} may import only ${allowed.join(', ')}.`,
    severity: 'error',
    from: { path: `^${root}/${name}/` },
    to: { path: `^${root}/[^/]+/`, pathNot: `^${root}/${oneOf([name, ...allowed])}/` },
  }));

const strangersOf = (root, table) => ({
  name: `${root}/unlisted`,
  comment: 'This folder is in no table of .dependency-cruiser.mjs: list it there with what it may import.',
  severity: 'error',
  from: { path: `^${root}/(?!${oneOf([...Object.keys(table), 'boot'])}/)([^/]+)/` },
  to: { path: `^${root}/[^/]+/`, pathNot: `^${root}/$2/` },
});

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const layers = [
  forbid(
    'no-cycle',
    'Files that import each other in a ring cannot be read or loaded one by one.',
    { pathNot: '^libs/sdk/src/generated/' },
    { circular: true },
  ),
  forbid(
    'libs-below-src',
    'A lib never imports a feature, an entry or a test.',
    { path: '^libs/' },
    { path: '^(src|test)/' },
  ),
  forbid('src-below-test', 'Production code and its specs never import test/.', { path: '^src/' }, { path: '^test/' }),
  forbid(
    'one-composition-root',
    'src/app.module.ts and src/boot are the only files that know the features; entries go through them.',
    { path: String.raw`^src/(?!app\.module\.ts$)[^/]+\.ts$` },
    { path: '^src/(?!boot/)[^/]+/' },
  ),
  forbid(
    'entries-are-leaves',
    'A feature never imports an entry.',
    { path: '^src/(?!boot/)[^/]+/' },
    { path: String.raw`^src/([^/]+\.ts$|boot/)` },
  ),
  forbid(
    'support-through-the-app',
    'test/support sees the product through src/app.module.ts, src/app.setup.ts and the libs.',
    { path: '^test/support/' },
    { path: '^src/', pathNot: String.raw`^src/app\.(module|setup)\.ts$` },
  ),
];

const doors = [
  forbid(
    'feature-door',
    'From another feature only its *.module.ts, its events/ and its exported capability may be imported.',
    { path: '^src/((?!boot/)[^/]+)/' },
    { path: '^src/[^/]+/', pathNot: ['^src/$1/', ...DOORS] },
  ),
  forbid(
    'root-door',
    'The composition root and the boot use modules, events, exported capabilities and what ROOT_ONLY lists.',
    { path: String.raw`^src/(app\.module\.ts$|boot/)` },
    { path: '^src/(?!boot/)[^/]+/', pathNot: ROOT_DOORS },
  ),
  forbid(
    'lib-door',
    'A lib is entered through its index.ts alone.',
    { path: '^libs/([^/]+)/' },
    { path: '^libs/[^/]+/', pathNot: ['^libs/$1/', String.raw`^libs/[^/]+/src/index\.ts$`] },
  ),
  forbid(
    'lib-door-from-outside',
    'A lib is entered through its index.ts alone.',
    // A process of its own, which knows no package imports.
    { path: '^(src|test|migrations)/', pathNot: String.raw`^test/support/postgres-owner\.mjs$` },
    { path: '^libs/[^/]+/', pathNot: String.raw`^libs/[^/]+/src/index\.ts$` },
  ),
  forbid(
    'lib-by-name',
    "Write '#libs/<name>': a relative path breaks once the code is built.",
    { path: '^(src|test|migrations)/' },
    { path: String.raw`^libs/[^/]+/src/index\.ts$`, dependencyTypesNot: ['aliased'] },
  ),
  forbid(
    'lib-by-name-in-libs',
    "Write '#libs/<name>': a relative path hides which lib is meant.",
    { path: '^libs/([^/]+)/' },
    { path: String.raw`^libs/[^/]+/src/index\.ts$`, pathNot: '^libs/$1/', dependencyTypesNot: ['aliased'] },
  ),
  forbid(
    'lib-inside',
    "Inside a lib, import the file itself, not the lib's own index.",
    { path: '^libs/([^/]+)/' },
    { path: String.raw`^libs/$1/src/index\.ts$` },
  ),
  forbid(
    'simulator-is-a-leaf',
    'The simulator is a process of its own; only tests import it.',
    { path: '^src/' },
    { path: '^libs/simulator/' },
  ),
  forbid(
    'sdk-is-a-leaf',
    'The generated client is for callers and tests.',
    { path: '^(src|libs/(?!sdk/))' },
    { path: '^libs/sdk/' },
  ),
];

const packages = [
  forbid(
    'kernel-is-plain',
    'libs/kernel is plain TypeScript: no framework, no database.',
    { path: '^libs/kernel/' },
    { path: 'node_modules/(@nestjs|typeorm|pg|rxjs|fastify|class-validator|class-transformer)/' },
  ),
  forbid(
    'no-dev-dependency',
    'Production code runs without devDependencies.',
    { path: '^(src|libs|migrations)/', pathNot: [SPEC, '^libs/sdk/'] },
    { dependencyTypes: ['npm-dev'] },
  ),
  forbid(
    'declared-package',
    'Import only what package.json names.',
    { path: '^(src|libs|migrations|test)/' },
    { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  ),
  forbid(
    'resolvable',
    'This import leads nowhere.',
    { path: '^(src|libs|migrations|test)/' },
    { couldNotResolve: true },
  ),
];

export default {
  forbidden: [
    ...layers,
    ...edgesOf('libs', LIBS),
    strangersOf('libs', LIBS),
    ...edgesOf('src', FEATURES),
    strangersOf('src', FEATURES),
    ...doors,
    ...packages,
  ],
  options: {
    doNotFollow: { path: ['node_modules'] },
    // Types count: a type that is imported upwards is still knowledge of the upper floor.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: '.dependency-cruiser.tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
};
